import { Group, Progress, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { proposalsQuery } from "../api/approvals";
import { outlookQuery } from "../api/planning";
import {
  type Budget,
  budgetsQuery,
  costsQuery,
  forecastQuery,
  insightsQuery,
  recommendationsQuery,
  savingsQuery,
} from "../api/queries";
import { saves } from "../approval";
import { daysOf, monthStart, plus } from "../days";
import { day, money, month, named } from "../format";
import { useMe } from "../me";
import { lowerBound, budgetsOn, standingSavings, monthOf, movers, worth } from "../overview";
import { Delta, Tag, Tile } from "../parts/figures";
import { MonthChart } from "../parts/lazy-charts";
import { LinkAnchor, LinkButton } from "../parts/links";
import { Rows } from "../parts/Rows";
import { Found, Nothing, Panel } from "../parts/states";
import { TeamSelect } from "../parts/TeamSelect";
import { useToday } from "../parts/use-today";

const LIVE = ["open", "acknowledged"];

/** The month so far, what changed, what is open, what could be saved: of a team or of all that one may see. */
export function OverviewPage() {
  const me = useMe();
  const today = useToday();
  const { team } = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const { since, until } = daysOf("this-month", today);
  const scope = team === undefined ? {} : { team };

  const now = useQuery(costsQuery({ since, until, group_by: "", grain: "day", ...scope }));
  const earlier = useQuery(
    costsQuery({ since: monthStart(today, -1), until: since, group_by: "", grain: "day", ...scope }),
  );
  const forecast = useQuery(forecastQuery(team, since, until));
  const held = useQuery({
    ...outlookQuery(team === undefined ? {} : { team }, me.currency),
    enabled: (forecast.data?.items.length ?? 0) > 0,
  }).data?.month;
  const services = useQuery(costsQuery({ since, until, group_by: "service", limit: 500, ...scope }));
  const budgets = useQuery(budgetsQuery(plus(since, -400), until));
  const anomalies = useQuery(insightsQuery({ kind: "anomaly", limit: 100, ...scope }));
  const waiting = useQuery(recommendationsQuery(team, "open"));
  const saved = useQuery(savingsQuery(team));

  const currency = now.data?.totals[0]?.currency ?? me.currency;
  const total = now.data?.totals[0];
  const others = (now.data?.totals ?? []).slice(1).map((one) => one.currency);
  const mine = budgetsOn(today, budgets.data?.items ?? [], team);
  const whole = mine.find(
    (one) =>
      one.scope_kind === (team === undefined ? "total" : "team") &&
      one.period_start === since &&
      one.period_end === until,
  );
  const outlook = monthOf({
    since,
    until,
    now: now.data?.periods ?? [],
    before: earlier.data?.periods ?? [],
    forecast: forecast.data?.items ?? [],
    through: now.data?.data_through ?? null,
    currency,
    reach: held,
  });
  const open = (anomalies.data?.items ?? [])
    .filter((one) => LIVE.includes(one.status ?? ""))
    .toSorted((a, b) => Math.abs(b.impact_amount ?? 0) - Math.abs(a.impact_amount ?? 0));
  const proposals = (waiting.data?.items ?? []).filter((one) => one.currency === currency);
  const verified = standingSavings(saved.data?.items ?? [], currency);

  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            {month(since)}
          </Title>
          <Text c="dimmed">
            {now.data === undefined ? "…" : `Bills through ${day(now.data.data_through)}`} · effective cost, {currency}
            {others.length === 0 ? "" : `; not in it: what is billed in ${others.join(", ")}`}
          </Text>
        </div>
        <TeamSelect team={team} onChange={(next) => void navigate({ search: { team: next } })} />
      </Group>

      <SimpleGrid cols={{ base: 2, lg: 4 }} spacing={{ base: "xs", sm: "md" }}>
        <Tile title="Month to date" figure={money(total?.cost, currency)}>
          <Delta now={total?.cost ?? null} before={total?.before ?? null} currency={currency} /> vs the same days before
        </Tile>
        <Tile
          title="Expected at the month's end"
          figure={outlook.expected === null ? "–" : money(outlook.expected, currency)}
        >
          {outlook.range === null
            ? "no forecast yet"
            : `${money(outlook.range[0], currency)} – ${money(outlook.range[1], currency)} is likely`}
          {outlook.range === null || !held
            ? null
            : `: ${held.held} of the ${held.periods} months before ended within such a band`}
        </Tile>
        <Tile title="Open anomalies" figure={anomalies.data === undefined ? "–" : open.length}>
          <LinkAnchor to="/anomalies" search={{ status: undefined, team }}>
            {open.filter((one) => one.severity === "critical" || one.severity === "high").length} high or critical
          </LinkAnchor>
        </Tile>
        <Tile
          title="Savings waiting, a month"
          figure={`${lowerBound(waiting.data)}${money(worth(proposals, "monthly_savings"), currency)}`}
        >
          <LinkAnchor to="/savings" search={{ team }}>
            {lowerBound(saved.data)}
            {money(worth(verified, "realized_monthly_savings"), currency)} a month verified
          </LinkAnchor>
        </Tile>
      </SimpleGrid>

      <Mine />
      <Panel
        title="Spend so far and expected"
        about={`Added up over the month; the dotted line is ${month(monthStart(today, -1))}`}
        actions={
          <LinkButton
            to="/ask"
            search={{
              q:
                team === undefined
                  ? "what do we spend this month by day?"
                  : `what does ${team} spend this month by day?`,
            }}
            variant="default"
            size="xs"
          >
            Ask about it
          </LinkButton>
        }
      >
        <Found query={now} rows={6}>
          {() => (
            <MonthChart
              rows={outlook.rows}
              currency={currency}
              budget={whole?.amount ?? undefined}
              label={`Spent ${money(total?.cost, currency)} so far, expected ${money(outlook.expected, currency)} at the end of ${month(since)}`}
            />
          )}
        </Found>
      </Panel>

      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Panel title="What changed" about="Services, this month so far against the same days before">
          <Found query={services}>
            {(data) => {
              const moved = movers(data.items, currency, 6);
              if (moved.length === 0) return <Nothing>Nothing moved.</Nothing>;
              return (
                <Rows
                  label="What changed"
                  width={0}
                  rows={moved}
                  rowKey={(row) => named(row.service)}
                  columns={[
                    {
                      title: "Service",
                      bare: true,
                      clip: (row) => named(row.service),
                      narrow: true,
                      cell: (row) => (
                        <LinkAnchor
                          size="sm"
                          to="/explore"
                          search={{ by: "account", period: "this-month", service: row.service ?? "", team }}
                        >
                          {named(row.service)}
                        </LinkAnchor>
                      ),
                    },
                    { title: "Cost", bare: true, right: true, cell: (row) => money(row.cost ?? 0, currency) },
                    {
                      title: "Change",
                      bare: true,
                      right: true,
                      first: "figure",
                      cell: (row) => <Delta now={row.cost} before={row.before} currency={currency} />,
                    },
                  ]}
                />
              );
            }}
          </Found>
        </Panel>
        <Panel
          title="Open anomalies"
          actions={
            <LinkAnchor to="/anomalies" search={{ status: undefined, team }} size="sm">
              All
            </LinkAnchor>
          }
        >
          <Found query={anomalies}>
            {() =>
              open.length === 0 ? (
                <Nothing>Nothing is unusual.</Nothing>
              ) : (
                <Stack gap="sm">
                  {open.slice(0, 6).map((one) => (
                    <Group key={one.insight_id} justify="space-between" wrap="nowrap" gap="sm">
                      <LinkAnchor to="/anomalies/$id" params={{ id: String(one.insight_id) }} size="sm">
                        {one.title}
                      </LinkAnchor>
                      <Tag>{one.severity}</Tag>
                    </Group>
                  ))}
                </Stack>
              )
            }
          </Found>
        </Panel>
      </SimpleGrid>

      <Panel title="Budgets" about="Spent of the period, and where the forecast ends">
        <Found query={budgets}>
          {() => (mine.length === 0 ? <Nothing>No budget for it.</Nothing> : <Budgets rows={mine} />)}
        </Found>
      </Panel>
    </Stack>
  );
}

/** What waits for my decision; nothing while nothing does. */
function Mine() {
  const { data } = useQuery(proposalsQuery("proposed"));
  const mine = (data?.items ?? [])
    .filter((one) => one.may_approve)
    .toSorted((a, b) => (b.expected_monthly_savings ?? 0) - (a.expected_monthly_savings ?? 0));
  if (mine.length === 0) return null;
  return (
    <Panel title="Waits for you" about="Plans that you may approve; they expire when nobody decides">
      <Stack gap="xs">
        {mine.slice(0, 5).map((one) => (
          <Group key={one.id} justify="space-between" wrap="nowrap" gap="sm">
            <LinkAnchor to="/approvals/$id" params={{ id: String(one.id) }} size="sm">
              {one.what}
              {one.account === null ? "" : ` in ${one.account}`}
            </LinkAnchor>
            <Text size="sm" className="figures better">
              {saves(one.expected_monthly_savings, one.currency)}
            </Text>
          </Group>
        ))}
      </Stack>
    </Panel>
  );
}

function Budgets({ rows }: { rows: Budget[] }) {
  return (
    <Rows
      label="Budgets"
      width={560}
      rows={rows}
      rowKey={(one) => `${one.budget ?? ""} ${one.period_start ?? ""}`}
      columns={[
        {
          title: "Budget",
          cell: (one) => (
            <LinkAnchor to="/budgets/$name" params={{ name: one.budget ?? "" }} size="sm">
              {one.budget}
            </LinkAnchor>
          ),
        },
        { title: "Used", wide: true, cell: (one) => <Used budget={one} /> },
        { title: "Spent", right: true, cell: (one) => money(one.spent, one.currency) },
        { title: "Expected", right: true, cell: (one) => money(one.forecast, one.currency) },
        { title: "Amount", right: true, cell: (one) => money(one.amount, one.currency) },
        { title: "Status", first: "figure", cell: (one) => <Tag>{one.status}</Tag> },
      ]}
    />
  );
}

function Used({ budget }: { budget: Budget }) {
  const used = budget.percent_used ?? 0;
  const tint = budget.status === "breached" ? "red" : budget.status === "ok" ? "pine" : "orange";
  return <Progress value={Math.min(100, used)} color={tint} aria-label={`${used} % used`} />;
}
