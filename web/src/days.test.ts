import { expect, it } from "vitest";

import { daysOf, isDay, monthStart, plus } from "./days";

it("periods are half-open and end before today, or with the month", () => {
  const today = "2026-03-15";
  expect(daysOf("this-month", today)).toEqual({ since: "2026-03-01", until: "2026-04-01" });
  expect(daysOf("last-month", today)).toEqual({ since: "2026-02-01", until: "2026-03-01" });
  expect(daysOf("last-7-days", today)).toEqual({ since: "2026-03-08", until: "2026-03-15" });
  expect(daysOf("this-year", "2026-12-31")).toEqual({ since: "2026-01-01", until: "2027-01-01" });
});

it("a custom period that is not whole is the running month", () => {
  expect(daysOf("custom", "2026-03-15", "2026-01-05", "2026-02-01")).toEqual({
    since: "2026-01-05",
    until: "2026-02-01",
  });
  const month = { since: "2026-03-01", until: "2026-04-01" };
  expect(daysOf("custom", "2026-03-15", "2026-02-01", "2026-01-05")).toEqual(month);
  expect(daysOf("custom", "2026-03-15", "2026-02-01")).toEqual(month);
});

it("days are counted over months and leap years", () => {
  expect(plus("2024-02-28", 2)).toBe("2024-03-01");
  expect(monthStart("2026-01-31", -1)).toBe("2025-12-01");
  expect([isDay("2026-02-30x"), isDay("2026-13-01"), isDay("2026-11-01"), isDay(5)]).toEqual([
    false,
    false,
    true,
    false,
  ]);
});
