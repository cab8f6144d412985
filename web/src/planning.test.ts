import { expect, it } from "vitest";

import type { Outlook, ShowbackRow, StoredBudget } from "./api/planning";
import type { Budget } from "./api/queries";
import { bandOf, budgetOf, type Draft, draftOf, isBudget, missOf, monthsBack, running, statements } from "./planning";

const STORED = {
  name: "payments",
  scope: { team: "payments" },
  amount: 90_000,
  currency: "EUR",
  period: "monthly",
  starts_on: null,
  ends_on: null,
  thresholds: [0.8, 1],
  rollover: true,
  owner: "U1",
} as unknown as StoredBudget;

it("keeps scope, currency and owner of a budget that is changed, as Slack does", () => {
  const draft: Draft = { ...draftOf(STORED, "USD"), amount: "95,000", thresholds: "75 %; 100" };
  const made = budgetOf(draft, STORED);
  expect(isBudget(made)).toBe(true);
  expect(made).toMatchObject({
    scope: { team: "payments" },
    amount: 95_000,
    currency: "EUR",
    thresholds: [0.75, 1],
    rollover: true,
    owner: "U1",
  });
});

it("says what is wrong, a sentence a field", () => {
  const draft: Draft = { ...draftOf(null, "USD"), amount: "-1", thresholds: "none", period: "custom" };
  expect(Object.keys(budgetOf(draft, null)).toSorted()).toEqual(["amount", "end", "name", "thresholds", "value"]);
});

it.each([
  ["90,000", 90_000],
  ["1,234,567.89", 1_234_567.89],
  ["90000", 90_000],
  ["90,5", 90.5],
  ["9,00", 9],
  ["90.000,50", 90_000.5],
  ["1.234.567,8", 1_234_567.8],
  ["0.125", 0.125],
  ["90.000", null],
  ["90,0000", null],
  ["9,00,000", null],
  ["1e3", null],
])("reads an amount by its commas, and refuses what is read in two ways: %s", (typed, amount) => {
  const made = budgetOf({ ...draftOf(STORED, "USD"), amount: typed }, STORED);
  if (amount === null) expect(made).toEqual({ amount: "Write an amount above zero, as 90000 or 90,000.50." });
  else expect(made).toMatchObject({ amount });
});

it("makes a budget of everything, and a dated one", () => {
  const draft: Draft = {
    ...draftOf(null, "USD"),
    name: " launch ",
    kind: "everything",
    amount: "5000.5",
    period: "custom",
    start: "2026-11-01",
    end: "2027-02-01",
  };
  expect(budgetOf(draft, null)).toMatchObject({ name: "launch", scope: {}, amount: 5000.5, end: "2027-02-01" });
});

const OUTLOOK = {
  past: [
    { day: "2026-11-01", actual: 100, was_expected: 90 },
    { day: "2026-11-02", actual: 100, was_expected: null },
    { day: "2026-11-03", actual: null, was_expected: 90 },
  ],
  days: [
    { day: "2026-11-04", expected: 100, low: 90, high: 110 },
    { day: "2026-11-05", expected: 100, low: null, high: null },
  ],
} as unknown as Outlook;

it("draws what was beside what is to come, and compares like with like", () => {
  expect(bandOf(OUTLOOK).map((row) => [row.actual, row.expected, row.band])).toEqual([
    [100, 90, undefined],
    [100, null, undefined],
    [null, 90, undefined],
    [null, 100, [90, 110]],
    [null, 100, undefined],
  ]);
  expect(missOf(OUTLOOK)?.share).toBeCloseTo(-0.1);
  expect(missOf(OUTLOOK)?.days).toBe(1);
  expect(missOf({ ...OUTLOOK, past: [] })).toBeNull();
});

it("shows of each budget the period that runs", () => {
  const row = (budget: string, period_start: string, period_end: string, percent_used: number) =>
    ({ budget, period_start, period_end, percent_used }) as Budget;
  const shown = running(
    [
      row("a", "2026-12-01", "2027-01-01", 0),
      row("a", "2026-11-01", "2026-12-01", 50),
      row("b", "2026-09-01", "2026-10-01", 70),
    ],
    "2026-11-15",
  );
  expect(shown.map((one) => [one.budget, one.percent_used])).toEqual([
    ["b", 70],
    ["a", 50],
  ]);
});

it("adds a team's own cost and its shares, never over currencies", () => {
  const row = (team: string | null, shared_cost: string | null, cost: number, currency = "USD") =>
    ({ month: "2026-11-01", team, shared_cost, cost, currency }) as ShowbackRow;
  const made = statements([row("a", null, 10), row("a", "network", 5), row("a", null, 7, "EUR"), row(null, null, 99)]);
  expect(made.map((one) => [one.team, one.currency, one.own, one.total])).toEqual([
    [null, "USD", 99, 99],
    ["a", "USD", 10, 15],
    ["a", "EUR", 7, 7],
  ]);
});

it("goes back over the year's end", () => {
  expect(monthsBack("2026-02-15", 3)).toEqual(["2026-02", "2026-01", "2025-12"]);
});
