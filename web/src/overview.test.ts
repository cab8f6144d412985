import { describe, expect, it } from "vitest";

import type { Budget, Forecast, Group } from "./api/queries";
import { lowerBound, budgetsOn, standingSavings, monthOf, movers, worth } from "./overview";

const cost = (period: string, value: number, currency = "USD") => ({ period, currency, cost: value });

function expected(day: string, value: number, made = "2026-11-03"): Forecast {
  const row: Partial<Forecast> = {
    forecast_date: day,
    made_on: made,
    currency: "USD",
    expected_cost: value,
    low_80: value - 1,
    high_80: value + 2,
  };
  return row as Forecast;
}

const GIVEN = {
  since: "2026-11-01",
  until: "2026-11-05",
  now: [cost("2026-11-01", 10), cost("2026-11-02", 20), cost("2026-11-01", 7, "EUR")],
  before: [cost("2026-10-02", 3), cost("2026-10-01", 2)],
  forecast: [expected("2026-11-03", 5), expected("2026-11-04", 6), expected("2026-11-03", 99, "2026-11-01")],
  through: "2026-11-02",
  currency: "USD",
};

describe("a month", () => {
  it("adds up what is spent, then what the newest forecast expects", () => {
    const outlook = monthOf(GIVEN);
    expect(outlook.rows.map((row) => row.spent)).toEqual([10, 30, undefined, undefined]);
    expect(outlook.rows.map((row) => row.forecast)).toEqual([undefined, 30, 35, 41]);
    expect(outlook.rows.map((row) => row.before)).toEqual([2, 5, undefined, undefined]);
    expect([outlook.expected, outlook.range]).toEqual([41, [39, 45]]);
  });

  it("ends within what the months before did from the same day", () => {
    const outlook = monthOf({ ...GIVEN, reach: { factor: 1.1, held: 10, periods: 11 } });
    expect(outlook.range?.map((one) => one.toFixed(2))).toEqual(["40.00", "42.10"]);
    expect(outlook.rows.map((row) => row.band?.map(Math.round))).toEqual([undefined, [30, 30], [35, 36], [40, 42]]);
  });

  it("has no end where a day has no forecast: part of a month is not the month", () => {
    const outlook = monthOf({ ...GIVEN, forecast: [expected("2026-11-03", 5)] });
    expect([outlook.expected, outlook.range]).toEqual([null, null]);
    expect(monthOf({ ...GIVEN, forecast: [] }).expected).toBeNull();
  });
});

it("movers are those of one currency that moved most, either way", () => {
  const group = (service: string, now: number, before: number, currency = "USD") =>
    ({ service, cost: now, before, currency }) as Group;
  const groups = [group("a", 10, 9.5), group("b", 5, 50), group("c", 30, 10), group("d", 900, 0, "EUR")];
  expect(movers(groups, "USD", 2).map((row) => row.service)).toEqual(["b", "c"]);
});

it("what is not known adds nothing", () => {
  expect(worth([{ amount: 5 }, { amount: null }, {}], "amount")).toBe(5);
});

it("budgets are those of a period that runs, of quarters too, the most used first", () => {
  const budget = (name: string, start: string, end: string, used: number, scope: string) =>
    ({ budget: name, period_start: start, period_end: end, percent_used: used, scope_kind: "team", scope }) as Budget;
  const rows = [
    budget("month", "2026-11-01", "2026-12-01", 40, "web"),
    budget("last month", "2026-10-01", "2026-11-01", 99, "web"),
    budget("quarter", "2026-10-01", "2027-01-01", 70, "ml"),
  ];
  expect(budgetsOn("2026-11-27", rows, undefined).map((one) => one.budget)).toEqual(["quarter", "month"]);
  expect(budgetsOn("2026-11-27", rows, "web").map((one) => one.budget)).toEqual(["month"]);
  expect(budgetsOn("2026-12-01", rows, "web")).toEqual([]);
});

it("counts no saving that was taken back, and says when a sum is of the first rows alone", () => {
  const rows = [
    { currency: "USD", status: "validated" },
    { currency: "USD", status: "reversed" },
    { currency: "EUR", status: "validated" },
  ];
  expect(standingSavings(rows, "USD")).toEqual([rows[0]]);
  expect(lowerBound({ next_offset: 500 })).toBe("at least ");
  expect(lowerBound({ next_offset: null })).toBe("");
});
