import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { peopleQuery } from "../../api/admin";
import { Tag } from "../figures";
import { Rows } from "../Rows";
import { Found, Panel } from "../states";

/** Who is known, and what they may do. */
export function PeopleTab() {
  const people = useQuery(peopleQuery);
  return (
    <Panel title="People" about="As finops.yaml names them; Slack's user groups may add roles">
      <Found query={people}>
        {({ items }) => (
          <Rows
            label="People"
            rows={items}
            rowKey={(row) => row.id}
            columns={[
              { title: "Name", cell: (row) => row.name },
              {
                title: "Roles",
                cell: (row) => (
                  <Group gap={4}>
                    {row.roles.map((role) => (
                      <Tag key={role}>{role}</Tag>
                    ))}
                  </Group>
                ),
              },
              { title: "Teams", cell: (row) => row.teams.join(", ") || "–" },
              {
                title: "Approves",
                cell: (row) =>
                  [
                    ...row.approves_teams.map((team) => (team === "*" ? "all teams" : team)),
                    ...row.approves_playbooks,
                  ].join(", ") || "–",
              },
            ]}
          />
        )}
      </Found>
    </Panel>
  );
}
