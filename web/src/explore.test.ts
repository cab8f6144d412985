import { describe, expect, it } from "vitest";

import type { Costs } from "./api/queries";
import { chartOf, fileOf, questionOf } from "./explore";
import { exploreSearch, grouping } from "./search";

const COSTS = {
  items: [
    { team: "web", currency: "USD", cost: 30, before: 1 },
    { team: null, currency: "USD", cost: 5, before: 1 },
  ],
  periods: [
    { period: "2026-11-01", currency: "USD", cost: 20 },
    { period: "2026-11-02", currency: "USD", cost: 25 },
    { period: "2026-11-01", currency: "EUR", cost: 99 },
  ],
  series: [
    { period: "2026-11-01", currency: "USD", team: "web", cost: 14 },
    { period: "2026-11-02", currency: "USD", team: "web", cost: 16 },
    { period: "2026-11-02", currency: "USD", team: null, cost: 5 },
  ],
} as unknown as Costs;

describe("the chart", () => {
  it("adds up to the total of every period", () => {
    const { rows, names } = chartOf(COSTS, ["team"], "USD");
    expect(names).toEqual(["web", "unallocated", "others"]);
    expect(rows).toEqual([
      { period: "2026-11-01", web: 14, unallocated: 0, others: 6 },
      { period: "2026-11-02", web: 16, unallocated: 5, others: 4 },
    ]);
  });
  it("is empty before there are costs", () => {
    expect(chartOf(undefined, ["team"], "USD")).toEqual({ rows: [], names: [] });
  });
});

describe("an address", () => {
  it("is read leniently: what is wrong in it is left out", () => {
    const search = exploreSearch({
      by: "team,team,colour",
      period: "never",
      grain: "day",
      team: 7,
      since: "x",
      x: "y",
    });
    expect(JSON.parse(JSON.stringify(search))).toEqual({ by: "team", grain: "day", team: "7" });
  });
  it("groups by two dimensions at most, by service where it says nothing", () => {
    expect(grouping("team,region,service")).toEqual(["team", "region"]);
    expect(grouping(undefined)).toEqual(["service"]);
  });
  it("of the file has every filter", () => {
    const query = { since: "2026-11-01", until: "2026-12-01", group_by: "team", team: "a&b=c" };
    expect(fileOf(query)).toBe("/api/v1/costs.csv?since=2026-11-01&until=2026-12-01&group_by=team&team=a%26b%3Dc");
  });
});

it("a period that moves with the days is said by its name", () => {
  const view = { by: [], filters: {}, metric: "effective", grain: "day" } as const;
  const days = { since: "2026-11-01", until: "2026-12-01" };
  const said = (period: "last-30-days" | "custom") => questionOf({ ...view, by: ["team"], days, period });
  expect(said("last-30-days")).toBe("effective cost by team last 30 days");
  expect(said("custom")).toContain("from 1 Nov");
});

it("a view is a question in plain words", () => {
  const days = { since: "2026-11-01", until: "2026-12-01" };
  expect(questionOf({ by: ["service"], filters: { team: "web" }, metric: "billed", days, grain: "day" })).toBe(
    "billed cost by service for team web from 1 Nov 2026 to 30 Nov 2026",
  );
});
