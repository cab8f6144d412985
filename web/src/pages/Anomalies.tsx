import { Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { insightsQuery } from "../api/queries";
import { day, money, named, words } from "../format";
import { Tag } from "../parts/figures";
import { LinkAnchor } from "../parts/links";
import { Rows } from "../parts/Rows";
import { Found, Nothing, Panel } from "../parts/states";
import { TeamSelect } from "../parts/TeamSelect";
import { STATUSES } from "../search";

export function AnomaliesPage() {
  const search = useSearch({ from: "/anomalies" });
  const navigate = useNavigate({ from: "/anomalies" });
  const status = search.status ?? "open";
  const found = useQuery(
    insightsQuery({ kind: "anomaly", status: status === "all" ? undefined : status, team: search.team, limit: 200 }),
  );
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <Title order={1} size="h2">
          Anomalies
        </Title>
        <TeamSelect team={search.team} onChange={(team) => void navigate({ search: (now) => ({ ...now, team }) })} />
      </Group>
      <div className="scroll">
        <SegmentedControl
          aria-label="Status"
          data={[...STATUSES, "all"]}
          value={status}
          onChange={(next) => void navigate({ search: (now) => ({ ...now, status: next }) })}
        />
      </div>
      <Panel title={`Anomalies, ${status}`} about="The newest first; the amount is a day's">
        <Found query={found}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>{status === "open" ? "Nothing is unusual." : "There are none."}</Nothing>
            ) : (
              <Rows
                label="Anomalies"
                rows={items}
                rowKey={(one) => one.insight_id ?? 0}
                columns={[
                  {
                    title: "What",
                    cell: (one) => (
                      <>
                        <LinkAnchor to="/anomalies/$id" params={{ id: String(one.insight_id) }} size="sm">
                          {one.title}
                        </LinkAnchor>
                        {status === "all" ? (
                          <Text size="xs" c="dimmed">
                            {words(one.status ?? "")}
                          </Text>
                        ) : null}
                      </>
                    ),
                  },
                  { title: "Severity", cell: (one) => <Tag>{one.severity}</Tag> },
                  { title: "Team", cell: (one) => named(one.team) },
                  { title: "Detected", cell: (one) => day(one.detected_at) },
                  {
                    title: "A day",
                    right: true,
                    first: "figure",
                    cell: (one) => money(one.impact_amount, one.currency),
                  },
                ]}
              />
            )
          }
        </Found>
      </Panel>
    </Stack>
  );
}
