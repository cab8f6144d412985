import { Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { recommendationsQuery, savingsQuery } from "../api/queries";
import { brief, day, exact, money, named, words } from "../format";
import { useMe } from "../me";
import { lowerBound, standingSavings, worth } from "../overview";
import { Tag, Tile } from "../parts/figures";
import { Rows } from "../parts/Rows";
import { Found, Nothing, Panel } from "../parts/states";
import { TeamSelect } from "../parts/TeamSelect";

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
              <Rows
                label="Recommendations"
                rows={waiting}
                rowKey={(one) => one.recommendation_id ?? ""}
                columns={[
                  {
                    title: "Resource",
                    clip: (one) => one.resource_id ?? "",
                    cell: (one) => (
                      <>
                        {brief(one.resource_id ?? "")}
                        <Text size="xs" c="dimmed">
                          {one.account}
                        </Text>
                      </>
                    ),
                  },
                  { title: "What to do", cell: (one) => words(one.kind ?? "") },
                  { title: "Now", cell: (one) => one.current_state },
                  { title: "Then", cell: (one) => one.proposed_state },
                  { title: "Team", cell: (one) => named(one.team) },
                  {
                    title: "A month",
                    right: true,
                    first: "figure",
                    cell: (one) =>
                      one.monthly_savings === null
                        ? "unknown"
                        : `${exact(one.monthly_savings, one.currency)} ${one.currency ?? ""}`,
                  },
                ]}
              />
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
              <Rows
                label="Ledger"
                rows={items}
                rowKey={(one) => `${one.remediation_id ?? ""} ${one.resource_id ?? ""}`}
                columns={[
                  {
                    title: "Resource",
                    clip: (one) => one.resource_id ?? "",
                    cell: (one) => brief(one.resource_id ?? ""),
                  },
                  { title: "Team", cell: (one) => named(one.team) },
                  { title: "Applied", cell: (one) => day(one.applied_on) },
                  {
                    title: "Promised",
                    right: true,
                    cell: (one) => exact(one.expected_monthly_savings, one.currency),
                  },
                  {
                    title: "Verified",
                    right: true,
                    first: "figure",
                    cell: (one) => exact(one.realized_monthly_savings, one.currency),
                  },
                  { title: "Status", cell: (one) => <Tag>{one.status}</Tag> },
                ]}
              />
            )
          }
        </Found>
      </Panel>
    </Stack>
  );
}
