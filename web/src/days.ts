// Periods as half-open ISO days in UTC; everything that the page shows is about one of them.
export const PERIODS = {
  "this-month": "This month",
  "last-month": "Last month",
  "last-7-days": "Last 7 days",
  "last-30-days": "Last 30 days",
  "last-90-days": "Last 90 days",
  "this-year": "This year",
  custom: "Custom",
} as const;
export type Period = keyof typeof PERIODS;

export interface Days {
  since: string;
  until: string;
}

const ISO = /^\d{4}-\d{2}-\d{2}$/;

export function iso(at: Date): string {
  return at.toISOString().slice(0, 10);
}

export function plus(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return iso(at);
}

export function monthStart(day: string, months = 0): string {
  const at = new Date(`${day}T00:00:00Z`);
  return iso(new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months, 1)));
}

export function isDay(value: unknown): value is string {
  return typeof value === "string" && ISO.test(value) && !Number.isNaN(Date.parse(`${value}T00:00:00Z`));
}

/** The days of a period as of today; a custom one that is not whole is the running month. */
export function daysOf(period: Period, today: string, since?: string, until?: string): Days {
  switch (period) {
    case "last-month":
      return { since: monthStart(today, -1), until: monthStart(today) };
    case "last-7-days":
      return { since: plus(today, -7), until: today };
    case "last-30-days":
      return { since: plus(today, -30), until: today };
    case "last-90-days":
      return { since: plus(today, -90), until: today };
    case "this-year":
      return { since: `${today.slice(0, 4)}-01-01`, until: monthStart(today, 1) };
    case "custom":
      if (isDay(since) && isDay(until) && since < until) return { since, until };
      return daysOf("this-month", today);
    default:
      return { since: monthStart(today), until: monthStart(today, 1) };
  }
}
