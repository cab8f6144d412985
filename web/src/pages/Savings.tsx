import { Group, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { recommendationsQuery, savingsQuery } from "../api/queries";
import { day, exact, money, named, words } from "../format";
import { useMe } from "../me";
import { lowerBound, standingSavings, worth } from "../overview";
import { Tag, Tile } from "../parts/figures";
import { Found, Nothing, Panel } from "../parts/states";
import { TeamSelect } from "../parts/TeamSelect";
import { Scroll } from "../parts/Scroll";

/** What could be saved, by worth, and what the bills say was saved. */
export function SavingsPage() {
  const me = useMe();
  const { team } = useSearch({ from: "/savings" });
  const navigate = useNavigate({ from: "/savings" });
  const open = useQuery(recommendationsQuery(team, "open"));
  const ledger = useQuery(savingsQuery(team));
  const waiting = (open.data?.items ?? []).toSorted((a, b) => (b.monthly_savings ?? 0) - (a.monthly_savings ?? 0));
  const currency = waiting[0]?.currency ?? ledger.data?.items[0]?.currency ?? me.currency;
  const saved = standingSavings(ledger.data?.items ?? [], currency);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <Title order={1} size="h2">
          Savings
        </Title>
        <TeamSelect team={team} onChange={(next) => void navigate({ search: { team: next } })} />
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Tile
          title="Waiting, a month"
          figure={`${lowerBound(open.data)}${money(
            worth(
              waiting.filter((one) => one.currency === currency),
              "monthly_savings",
            ),
            currency,
          )}`}
        >
          {lowerBound(open.data)}
          {waiting.length} recommendations
        </Tile>
        <Tile
          title="Promised, a month"
          figure={`${lowerBound(ledger.data)}${money(worth(saved, "expected_monthly_savings"), currency)}`}
        >
          of what was carried out
        </Tile>
        <Tile
          title="Verified by the bill, a month"
          figure={`${lowerBound(ledger.data)}${money(worth(saved, "realized_monthly_savings"), currency)}`}
        >
          {saved.filter((one) => one.status === "pending").length} still pending
        </Tile>
      </SimpleGrid>
      <Panel
        title="Recommendations"
        about="The most valuable first; proposed in Slack, decided there or under Approvals"
      >
        <Found query={open}>
          {() =>
            waiting.length === 0 ? (
              <Nothing>Nothing is left to save here.</Nothing>
            ) : (
              <Scroll label="Recommendations">
                <Table aria-label="Recommendations" miw={720}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Resource</Table.Th>
                      <Table.Th>Kind</Table.Th>
                      <Table.Th>Now</Table.Th>
                      <Table.Th>Proposed</Table.Th>
                      <Table.Th>Team</Table.Th>
                      <Table.Th className="right">A month</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {waiting.map((one) => (
                      <Table.Tr key={one.recommendation_id}>
                        <Table.Td className="clip" title={one.resource_id ?? ""}>
                          {one.resource_id}
                          <Text size="xs" c="dimmed">
                            {one.account}
                          </Text>
                        </Table.Td>
                        <Table.Td className="figures">{words(one.kind ?? "")}</Table.Td>
                        <Table.Td>{one.current_state}</Table.Td>
                        <Table.Td>{one.proposed_state}</Table.Td>
                        <Table.Td>{named(one.team)}</Table.Td>
                        <Table.Td className="right figures">
                          {one.monthly_savings === null
                            ? "unknown"
                            : `${exact(one.monthly_savings, one.currency)} ${one.currency ?? ""}`}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Scroll>
            )
          }
        </Found>
      </Panel>
      <Panel title="Ledger" about="What was carried out, and what the bill says of it weeks later">
        <Found query={ledger}>
          {({ items }) =>
            items.length === 0 ? (
              <Nothing>Nothing has been carried out yet.</Nothing>
            ) : (
              <Scroll label="Ledger">
                <Table aria-label="Ledger" miw={560}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Resource</Table.Th>
                      <Table.Th>Team</Table.Th>
                      <Table.Th>Applied</Table.Th>
                      <Table.Th className="right">Promised</Table.Th>
                      <Table.Th className="right">Verified</Table.Th>
                      <Table.Th>Status</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {items.map((one) => (
                      <Table.Tr key={`${one.remediation_id ?? ""} ${one.resource_id ?? ""}`}>
                        <Table.Td className="clip">{one.resource_id}</Table.Td>
                        <Table.Td>{named(one.team)}</Table.Td>
                        <Table.Td>{day(one.applied_on)}</Table.Td>
                        <Table.Td className="right figures">{exact(one.expected_monthly_savings)}</Table.Td>
                        <Table.Td className="right figures">{exact(one.realized_monthly_savings)}</Table.Td>
                        <Table.Td>
                          <Tag>{one.status}</Tag>
                        </Table.Td>
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
