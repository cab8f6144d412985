import {
  Button,
  Group,
  Pill,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";

import { groupsQuery } from "../api/queries";
import { daysOf, type Period, PERIODS, plus } from "../days";
import { day, money, words } from "../format";
import { chartOf, fileOf, questionOf } from "../explore";
import { useMe } from "../me";
import { CostTable } from "../parts/CostTable";
import { KeptViews } from "../parts/KeptViews";
import { SeriesChart } from "../parts/lazy-charts";
import { LinkButton } from "../parts/links";
import { SendForm } from "../parts/SendForm";
import { Sql } from "../parts/Sql";
import { Found, Nothing, Panel } from "../parts/states";
import { useToday } from "../parts/use-today";
import {
  DIMENSIONS,
  type Dimension,
  type ExploreSearch,
  filtersOf,
  type Grain,
  GRAINS,
  grouping,
  type Metric,
  METRICS,
} from "../search";

const NONE = "–";

/** Costs by what one likes; the address is the whole state, so that a view can be sent to somebody. */
export function ExplorePage() {
  const me = useMe();
  const today = useToday();
  const search = useSearch({ from: "/explore" });
  const navigate = useNavigate({ from: "/explore" });
  const by = grouping(search.by);
  const filters = filtersOf(search);
  const period = search.period ?? "this-month";
  const days = daysOf(period, today, search.since, search.until);
  const grain = search.grain ?? "day";
  const metric = search.metric ?? "effective";
  const kind = search.chart ?? "bars";
  const query = { ...days, group_by: by.join(","), metric, ...filters };
  const costs = useInfiniteQuery(groupsQuery({ ...query, grain }));
  const { hasNextPage, isFetching, fetchNextPage } = costs;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const currency = costs.data?.totals[0]?.currency ?? me.currency;
  const total = costs.data?.totals[0];
  const chart = chartOf(costs.data, by, currency);
  const question = questionOf({ by, filters, metric, days, grain });
  const [open, setOpen] = useState<"views" | "send" | null>(null);

  function change(next: Partial<ExploreSearch>) {
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  }
  function group(place: number, name: string | null) {
    const next = [...by];
    if (name === null || name === NONE) next.splice(place, 1);
    else next[place] = name as Dimension;
    change({ by: [...new Set(next)].join(",") });
  }

  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1} size="h2">
            Explore
          </Title>
          <Text c="dimmed">{question}</Text>
        </div>
        <Group gap="xs" className="no-print">
          <Button component="a" href={fileOf(query)} variant="default" size="xs" download>
            CSV
          </Button>
          <LinkButton to="/ask" search={{ q: question }} variant="default" size="xs">
            Ask about it
          </LinkButton>
          {(["views", "send"] as const).map((part) => (
            <Button
              key={part}
              variant="default"
              size="xs"
              aria-expanded={open === part}
              onClick={() => {
                setOpen(open === part ? null : part);
              }}
            >
              {part === "views" ? "My views" : "Send to Slack"}
            </Button>
          ))}
        </Group>
      </Group>
      {open === "views" ? <KeptViews search={search} /> : null}
      {open === "send" ? (
        <SendForm question={questionOf({ by, filters, metric, days, grain, period })} fixed={period === "custom"} />
      ) : null}

      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} className="no-print">
        <Select
          label="Period"
          data={Object.entries(PERIODS).map(([value, label]) => ({ value, label }))}
          value={period}
          allowDeselect={false}
          onChange={(value) => {
            const next = value as Period;
            change(
              next === "custom" ? { period: next, ...days } : { period: next, since: undefined, until: undefined },
            );
          }}
        />
        <Select
          label="Group by"
          data={DIMENSIONS.map((value) => ({ value, label: words(value) }))}
          value={by[0] ?? "service"}
          allowDeselect={false}
          onChange={(name) => {
            group(0, name);
          }}
        />
        <Select
          label="And by"
          data={[NONE, ...DIMENSIONS.filter((name) => name !== by[0])].map((value) => ({ value, label: words(value) }))}
          value={by[1] ?? NONE}
          allowDeselect={false}
          onChange={(name) => {
            group(1, name);
          }}
        />
        <Select
          label="Cost"
          data={Object.entries(METRICS).map(([value, label]) => ({ value, label }))}
          value={metric}
          allowDeselect={false}
          onChange={(value) => {
            change({ metric: value as Metric });
          }}
        />
        <Select
          label="Over time by"
          data={[...GRAINS]}
          value={grain}
          allowDeselect={false}
          onChange={(value) => {
            change({ grain: value as Grain });
          }}
        />
        <div>
          <Text size="sm" fw={500} mb={2}>
            Chart
          </Text>
          <SegmentedControl
            fullWidth
            aria-label="Chart"
            data={["bars", "lines"]}
            value={kind}
            onChange={(value) => {
              change({ chart: value });
            }}
          />
        </div>
      </SimpleGrid>
      {period === "custom" ? (
        <Group className="no-print">
          <TextInput
            type="date"
            label="From"
            value={days.since}
            max={plus(days.until, -1)}
            onChange={(event) => {
              change({ since: event.currentTarget.value });
            }}
          />
          <TextInput
            type="date"
            label="Through"
            value={plus(days.until, -1)}
            min={days.since}
            onChange={(event) => {
              if (event.currentTarget.value !== "") change({ until: plus(event.currentTarget.value, 1) });
            }}
          />
        </Group>
      ) : null}
      {Object.keys(filters).length === 0 ? null : (
        <Group gap="xs" aria-label="Filters" role="group">
          {Object.entries(filters).map(([name, value]) => (
            <Pill
              key={name}
              size="md"
              withRemoveButton
              removeButtonProps={{
                "aria-label": `Without the filter ${words(name)}`,
                "aria-hidden": false,
                tabIndex: 0,
              }}
              onRemove={() => {
                change({ [name]: undefined });
              }}
            >
              {words(name)}: {value === "" ? "unallocated" : value}
            </Pill>
          ))}
        </Group>
      )}

      <Panel
        title={`${METRICS[metric]} ${money(total?.cost, currency)}`}
        about={
          costs.data === undefined
            ? undefined
            : `${day(days.since)} – ${day(plus(days.until, -1))}, bills through ${day(costs.data.data_through)}; compared with ${day(costs.data.compared.since, true)} – ${day(plus(costs.data.compared.until, -1))}`
        }
      >
        <Found query={costs} rows={8}>
          {(data) =>
            data.items.length === 0 ? (
              <Nothing>There are no costs here: another period, or fewer filters?</Nothing>
            ) : (
              <Stack>
                {data.totals.length > 1 ? (
                  <Text size="sm">
                    The chart shows {currency} alone; other currencies are in the table, which is never added up over
                    currencies.
                  </Text>
                ) : null}
                <SeriesChart
                  {...chart}
                  kind={kind}
                  currency={currency}
                  label={`${question}: ${money(total?.cost, currency)} in all`}
                />
                <CostTable
                  onEnd={more}
                  costs={data}
                  by={by}
                  onPick={(name, value) => {
                    const rest = DIMENSIONS.find((other) => !by.includes(other) && filters[other] === undefined);
                    change({ [name]: value ?? "", by: by.filter((one) => one !== name).join(",") || rest });
                  }}
                />
                <Sql sql={data.sql} />
              </Stack>
            )
          }
        </Found>
      </Panel>
    </Stack>
  );
}
