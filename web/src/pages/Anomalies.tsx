import { Group, SegmentedControl, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { insightsQuery } from "../api/queries";
import { day, money, named } from "../format";
import { Tag } from "../parts/figures";
import { LinkAnchor } from "../parts/links";
import { Found, Nothing, Panel } from "../parts/states";
import { TeamSelect } from "../parts/TeamSelect";
import { STATUSES } from "../search";
import { Scroll } from "../parts/Scroll";

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
              <Scroll label="Anomalies">
                <Table aria-label="Anomalies" highlightOnHover miw={640}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>What</Table.Th>
                      <Table.Th>Severity</Table.Th>
                      <Table.Th>Team</Table.Th>
                      <Table.Th>Detected</Table.Th>
                      <Table.Th className="right">A day</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {items.map((one) => (
                      <Table.Tr key={one.insight_id}>
                        <Table.Td>
                          <LinkAnchor to="/anomalies/$id" params={{ id: String(one.insight_id) }} size="sm">
                            {one.title}
                          </LinkAnchor>
                          {status === "all" ? (
                            <Text size="xs" c="dimmed">
                              {one.status}
                            </Text>
                          ) : null}
                        </Table.Td>
                        <Table.Td>
                          <Tag>{one.severity}</Tag>
                        </Table.Td>
                        <Table.Td>{named(one.team)}</Table.Td>
                        <Table.Td>{day(one.detected_at)}</Table.Td>
                        <Table.Td className="right figures">{money(one.impact_amount, one.currency)}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Scroll>
            )
          }
        </Found>
      </Panel>
    </Stack>
  );
}
