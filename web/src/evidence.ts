import type { BandProps } from "./parts/chart-types";

export interface Evidence {
  rows: BandProps["rows"];
  five: { name: string; text: string }[];
  parts: { name: string; value: number }[];
  confidence: string | null;
  similar: string | null;
  levels: Level[];
}

/** What a sensitivity would have told of the anomaly's scope, measured on its own history. */
export interface Level {
  level: string;
  now: boolean;
  alerts: number;
  recall: number;
  precision: number;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function numbers(value: unknown): (number | null)[] {
  return Array.isArray(value) ? value.map((one) => (typeof one === "number" ? one : null)) : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

const FIVE = ["what", "when", "where", "who", "why"] as const;

/** What the detector kept of an anomaly, read leniently: older ones kept less. */
export function evidenceOf(value: unknown): Evidence {
  const evidence = record(value);
  const series = record(evidence.series);
  const cause = record(evidence.cause);
  const dates = Array.isArray(series.dates) ? series.dates.map(String) : [];
  const [actual, expected, low, high] = [series.actual, series.expected, series.low, series.high].map(numbers);
  const rows = dates.map((period, index) => {
    const [from, to] = [low?.[index], high?.[index]];
    const known = typeof from === "number" && typeof to === "number";
    return {
      period,
      actual: actual?.[index] ?? null,
      expected: expected?.[index] ?? null,
      ...(known ? { band: [from, to] as [number, number] } : {}),
    };
  });
  const parts = (Array.isArray(cause.contributions) ? cause.contributions : [])
    .map(record)
    .map((part) => ({ name: text(part.name) ?? "other", value: Number(part.amount) }))
    .filter((part) => Number.isFinite(part.value) && part.value !== 0)
    .toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  return {
    rows,
    five: FIVE.flatMap((name) => {
      const said = text(cause[name]);
      return said === null ? [] : [{ name, text: said }];
    }),
    parts: parts.slice(0, 8),
    confidence: text(evidence.confidence),
    similar: text(cause.similar),
    levels: levelsOf(evidence.levels),
  };
}

function levelsOf(value: unknown): Level[] {
  return (Array.isArray(value) ? value : []).map(record).flatMap((one) => {
    const level = text(one.level);
    const [alerts, recall, precision] = numbers([one.alerts_a_month, one.recall, one.precision]);
    return level === null || alerts == null || recall == null || precision == null
      ? []
      : [{ level, now: one.now === true, alerts, recall, precision }];
  });
}
