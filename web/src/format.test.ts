import { describe, expect, it } from "vitest";

import cases from "./format-cases.json";
import {
  ago,
  brief,
  change,
  columnTitle,
  day,
  exact,
  metricName,
  moment,
  money,
  month,
  named,
  percent,
  words,
} from "./format";

describe("figures are written as in Slack", () => {
  it.each(cases.money as [number, string, string][])("money %s %s", (value, currency, text) => {
    expect(money(value, currency)).toBe(text);
  });
  it.each(cases.exact as [number, string, string][])("exact %s %s", (value, currency, text) => {
    expect(exact(value, currency)).toBe(text);
  });
  it.each(cases.percent as [number, string][])("percent %s", (value, text) => {
    expect(percent(value)).toBe(text);
  });
  it("what is not known is a dash, not zero", () => {
    expect([money(null), exact(undefined), day(null)]).toEqual(["–", "–", "–"]);
  });
});

describe("changes", () => {
  it("say direction, amount and share", () => {
    expect(change(119, 100, "USD")).toEqual({ direction: "up", text: "+$19 (+19 %)" });
    expect(change(50, 100, "USD")).toEqual({ direction: "down", text: "−$50 (−50 %)" });
  });
  it("have no share of nothing", () => {
    expect(change(19, 0, "EUR")).toEqual({ direction: "up", text: "+€19" });
    expect(change(5, 5, "USD").direction).toBe("same");
  });
});

it("days are UTC whatever the browser's zone", () => {
  expect(day("2026-11-01")).toBe("1 Nov 2026");
  expect(day("2026-11-01T23:59:59+00:00", true)).toBe("1 Nov");
  expect(month("2026-11-30")).toBe("November 2026");
  expect(day("soon")).toBe("soon");
});

it("a group without a value is unallocated", () => {
  expect([named(null), named(""), named("web"), named(3)]).toEqual(["unallocated", "unallocated", "web", "3"]);
});

it("says moments in UTC, and today's as today's", () => {
  expect(moment("2026-11-15T10:04:00+01:00")).toBe("15 Nov, 09:04 UTC");
  expect(moment(null)).toBe("–");
  const now = new Date("2026-11-15T23:00:00Z");
  expect(ago("2026-11-15T10:04:00Z", now)).toBe("today, 10:04 UTC");
  expect(ago("2026-11-14T10:04:00Z", now)).toBe("14 Nov, 10:04 UTC");
});

it("names a column by the words of columns, and what is counted by its own", () => {
  expect([columnTitle("created_at"), words("created_at")]).toEqual(["found on", "created"]);
  expect(["service_category", "oct_2026", "1_to_15_nov_2026", "oct_2026_to_nov_2026"].map(columnTitle)).toEqual([
    "category of service",
    "Oct 2026",
    "1–15 Nov 2026",
    "Oct 2026 – Nov 2026",
  ]);
  expect(["usage_quantity", "list_cost", "effective_cost", "effective", "coverage_rate"].map(metricName)).toEqual([
    "usage",
    "cost at list prices",
    "effective cost",
    "effective cost",
    "share covered by commitments",
  ]);
});

describe("resources", () => {
  it("are called by the last part of a long name", () => {
    expect(brief("arn:aws:rds:eu-west-1:270418830012:db:load-test-db")).toBe("load-test-db");
    expect(brief("arn:aws:ec2:eu-west-1:1:snapshot/snap-0a1")).toBe("snap-0a1");
    expect(brief("/subscriptions/1/disks/data-2")).toBe("data-2");
    expect([brief("i-41e790203a852cd8c"), brief("AWS: Amazon Relational Database Service")]).toEqual([
      "i-41e790203a852cd8c",
      "AWS: Amazon Relational Database Service",
    ]);
  });
});
