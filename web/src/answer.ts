import type { Answer } from "./api/queries";
import { named, columnTitle, exact, percent } from "./format";
import { SERIES } from "./theme";

const DATE = /^\d{4}-\d{2}-\d{2}/;
const NO_MEASURE = /share|percent|pct|rank|_id$/;
const BARS = 12;

export interface Choice {
  label: string;
  question: string;
}

export function choicesOf(answer: Answer): Choice[] {
  return answer.choices.filter(
    (one): one is Choice => typeof one === "object" && one !== null && "label" in one && "question" in one,
  );
}

/** Whether every present value of a column is a number. */
export function isNumeric(answer: Answer, index: number): boolean {
  const present = answer.rows.map((row) => row[index]).filter((value) => value !== null);
  return present.length > 0 && present.every((value) => typeof value === "number");
}

const NO_AMOUNT = /share|percent|pct|ratio|rate|count|quantity|rank|_id$|^number/;

const COUNTED = ["usage_quantity", "token_count", "request_count", "gpu_hour_count"];

/** The currency of a cell that is an amount: its row's, else the answer's; null of what is no amount. */
export function currencyOf(answer: Answer, row: Answer["rows"][number], index: number): string | null {
  if (COUNTED.includes(answer.metric ?? "") || NO_AMOUNT.test(answer.columns[index] ?? "")) return null;
  const own = row[answer.columns.indexOf("currency")];
  return typeof own === "string" ? own : answer.currency;
}

/** The places of the columns that are shown: a change and its per cent are one. */
export function shownColumns({ columns }: Answer): number[] {
  return columns.flatMap((name, at) => (name === "change_percent" && columns.includes("change") ? [] : [at]));
}

/** `7,204.11`, `+4,615.19 (+4.5 %)` of a change, `18 %` of a share: what stands in a cell. */
export function cellText(answer: Answer, row: Answer["rows"][number], index: number): string {
  const cell = row[index];
  const name = answer.columns[index] ?? "";
  if (typeof cell !== "number") return named(cell);
  if (name.endsWith("_percent")) return `${cell < 0 ? "−" : ""}${percent(cell / 100)}`;
  const amount = exact(Math.abs(cell), currencyOf(answer, row, index));
  if (name !== "change") return `${cell < 0 ? "−" : ""}${amount}`;
  const sign = cell > 0 ? "+" : cell < 0 ? "−" : "";
  const share = row[answer.columns.indexOf("change_percent")];
  return typeof share === "number" ? `${sign}${amount} (${sign}${percent(share / 100)})` : `${sign}${amount}`;
}

export type Picture =
  | { kind: "series"; rows: Record<string, string | number | null>[]; names: string[] }
  | { kind: "bars"; rows: { name: string; value: number }[] };

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The rows as a picture, by the rules of the cards in Slack: over time a trend, a ranking as bars, one figure as none. */
export function pictureOf(answer: Answer): Picture | null {
  const { columns, rows } = answer;
  const measure = columns.findIndex((name, index) => isNumeric(answer, index) && !NO_MEASURE.test(name));
  const time = columns.findIndex((_, index) =>
    rows.every((row) => typeof row[index] === "string" && DATE.test(row[index])),
  );
  const label = columns.findIndex((_, index) => index !== time && !isNumeric(answer, index));
  if (measure < 0 || rows.length < 2) return null;
  if (time < 0) {
    if (label < 0 || columns.some((_, index) => index !== label && !isNumeric(answer, index))) return null;
    return {
      kind: "bars",
      rows: rows.slice(0, BARS).map((row) => ({ name: named(row[label]), value: number(row[measure]) })),
    };
  }
  const sums = new Map<string, number>();
  for (const row of rows) {
    const name = label < 0 ? columnTitle(columns[measure] ?? "cost") : named(row[label]);
    sums.set(name, (sums.get(name) ?? 0) + Math.abs(number(row[measure])));
  }
  const names = [...sums.entries()].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const drawn = names.slice(0, SERIES);
  const periods = new Map<string, Record<string, string | number | null>>();
  for (const row of rows) {
    const period = String(row[time]).slice(0, 10);
    const name = label < 0 ? columnTitle(columns[measure] ?? "cost") : named(row[label]);
    const key = drawn.includes(name) ? name : "others";
    const known = periods.get(period) ?? { period };
    known[key] = number(known[key]) + number(row[measure]);
    periods.set(period, known);
  }
  const sorted = [...periods.values()].toSorted((a, b) => String(a.period).localeCompare(String(b.period)));
  return { kind: "series", rows: sorted, names: names.length > drawn.length ? [...drawn, "others"] : drawn };
}

const NEXT = ["service", "team", "account", "region", "environment"];

/** What is likely to be asked next: another split, over time, the period before. */
export function followUps(answer: Answer): string[] {
  const shown = new Set(answer.columns);
  if (answer.metric === null) return [];
  const splits = NEXT.filter((name) => !shown.has(name)).slice(0, 3);
  const overTime = answer.columns.some((name) => /date|day|week|month|period/.test(name)) ? [] : ["by day"];
  return [...splits.map((name) => `and by ${name}?`), ...overTime, "compare with the period before"];
}
