import type { Budget, Costs, Forecast, Group } from "./api/queries";
import { plus } from "./days";
import type { MonthProps } from "./parts/chart-types";

type Periods = Costs["periods"];

interface Given {
  since: string;
  until: string;
  now: Periods;
  before: Periods;
  forecast: Forecast[];
  through: string | null;
  currency: string;
  /** How far the months before went on from the same day; without it each day's own band is added up. */
  reach?: { factor: number; held: number; periods: number } | null;
}

interface Outlook {
  rows: MonthProps["rows"];
  expected: number | null;
  range: [number, number] | null;
}

function daily(periods: Periods, currency: string): Map<string, number> {
  return new Map(periods.filter((one) => one.currency === currency).map((one) => [one.period, one.cost ?? 0]));
}

function newest(forecast: Forecast[], currency: string): Map<string, Forecast> {
  const made = forecast.reduce((last, one) => ((one.made_on ?? "") > last ? (one.made_on ?? "") : last), "");
  const rows = forecast.filter((one) => one.made_on === made && one.currency === currency);
  return new Map(rows.map((one) => [one.forecast_date ?? "", one]));
}

/**
 * The month added up day by day: what is spent through the last day with bills, then what is expected. The band is as
 * wide as the months before went on from the same day, as in Slack; where too few are known, the sum of the days' bands.
 */
export function monthOf({ since, until, now, before, forecast, through, currency, reach }: Given): Outlook {
  const spent = daily(now, currency);
  const expected = newest(forecast, currency);
  const earlier = [...daily(before, currency).entries()].toSorted(([a], [b]) => a.localeCompare(b));
  const rows: MonthProps["rows"] = [];
  let [sum, ahead, low, high, past] = [0, 0, 0, 0, 0];
  let whole = expected.size > 0;
  for (let at = since, index = 0; at < until; at = plus(at, 1), index++) {
    past += earlier[index]?.[1] ?? 0;
    const row: MonthProps["rows"][number] = { period: at };
    if (index < earlier.length) row.before = past;
    if (through !== null && at <= through) {
      sum += spent.get(at) ?? 0;
      [ahead, low, high] = [sum, sum, sum];
      row.spent = sum;
      if (at === through) [row.forecast, row.band] = [sum, [sum, sum]];
    } else {
      const next = expected.get(at);
      whole &&= next !== undefined;
      if (whole && next !== undefined) {
        ahead += next.expected_cost ?? 0;
        low += next.low_80 ?? 0;
        high += next.high_80 ?? 0;
        if (reach) [low, high] = [sum + (ahead - sum) / reach.factor, sum + (ahead - sum) * reach.factor];
        [row.forecast, row.band] = [ahead, [low, high]];
      }
    }
    rows.push(row);
  }
  return { rows, expected: whole ? ahead : null, range: whole ? [low, high] : null };
}

/** The groups of a currency whose cost moved most, either way. */
export function movers(groups: Group[], currency: string, most: number): Group[] {
  const moved = (row: Group) => Math.abs((row.cost ?? 0) - (row.before ?? 0));
  return groups
    .filter((row) => row.currency === currency && moved(row) >= 1)
    .toSorted((a, b) => moved(b) - moved(a))
    .slice(0, most);
}

/** The sum of a column, what is not known left out. */
export function worth<Name extends string>(rows: Partial<Record<Name, number | null>>[], name: Name): number {
  return rows.reduce((sum, row) => sum + (row[name] ?? 0), 0);
}

/** The budgets whose period a day is in, the most used first: all that one may see, or those of a team. */
export function budgetsOn(today: string, budgets: Budget[], team: string | undefined): Budget[] {
  return budgets
    .filter((one) => (one.period_start ?? "") <= today && today < (one.period_end ?? ""))
    .filter((one) => team === undefined || (one.scope_kind === "team" && one.scope === team))
    .toSorted((a, b) => (b.percent_used ?? 0) - (a.percent_used ?? 0));
}

/** What is in the ledger in a currency, but for what was taken back. */
export function standingSavings<Row extends { currency: string | null; status: string | null }>(
  rows: Row[],
  currency: string,
) {
  return rows.filter((one) => one.currency === currency && one.status !== "reversed");
}

/** A page of a list holds its first rows: their sum is the least that the whole comes to. */
export function lowerBound(page: { next_offset: number | null } | undefined): string {
  return page?.next_offset == null ? "" : "at least ";
}
