import type { CostQuery, Costs } from "./api/queries";
import { type Days, type Period, PERIODS, plus } from "./days";
import { day, named, words } from "./format";
import { type Dimension, type Grain, type Metric, METRICS } from "./search";
import type { SeriesProps } from "./parts/chart-types";
import { SERIES } from "./theme";

type Labelled = Partial<Record<Dimension, string | null>>;

/** What a group is called in legend and chart. */
export function label(row: Labelled, by: Dimension[]): string {
  return by.map((name) => named(row[name])).join(" · ") || "everything";
}

/** Rows a period with a value for each drawn group, and `others`: what is left of the period's total. */
export function chartOf(
  costs: Costs | undefined,
  by: Dimension[],
  currency: string,
): Pick<SeriesProps, "rows" | "names"> {
  if (costs === undefined) return { rows: [], names: [] };
  const names = [...new Set(costs.items.filter((row) => row.currency === currency).map((row) => label(row, by)))].slice(
    0,
    SERIES,
  );
  const rows = new Map<string, Record<string, string | number | null>>();
  const left = new Map<string, number>();
  for (const one of costs.periods.filter((row) => row.currency === currency)) {
    rows.set(one.period, { period: one.period, ...Object.fromEntries(names.map((name) => [name, 0])) });
    left.set(one.period, one.cost ?? 0);
  }
  for (const one of costs.series.filter((row) => row.currency === currency)) {
    const row = rows.get(one.period);
    const name = label(one, by);
    if (row === undefined || !names.includes(name)) continue;
    row[name] = one.cost;
    left.set(one.period, (left.get(one.period) ?? 0) - (one.cost ?? 0));
  }
  const others = [...left.values()].some((value) => Math.abs(value) >= 0.005);
  if (others) for (const [period, row] of rows) row.others = left.get(period) ?? 0;
  return { rows: [...rows.values()], names: others ? [...names, "others"] : names };
}

/** The view as a question in plain words, which the assistant understands too; a period that moves with the days is
 * said by its name. */
export function questionOf(view: {
  by: Dimension[];
  filters: Partial<Record<Dimension, string>>;
  metric: Metric;
  days: Days;
  grain: Grain;
  period?: Period;
}): string {
  const cost = METRICS[view.metric].toLowerCase();
  const grouped = view.by.map(words).join(" and ");
  const filters = Object.entries(view.filters).map(([name, value]) => ` for ${words(name)} ${named(value)}`);
  const last = plus(view.days.until, -1);
  const days =
    view.period === undefined || view.period === "custom"
      ? `from ${day(view.days.since)} to ${day(last)}`
      : PERIODS[view.period].toLowerCase();
  return `${cost} by ${grouped || "service"}${filters.join("")} ${days}`;
}

/** The address of the same groups as a file. */
export function fileOf(query: CostQuery): string {
  const given = Object.entries(query);
  return `/api/v1/costs.csv?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}
