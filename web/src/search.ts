// What stands in an address: read leniently, since people edit it; a wrong part is left out, never an error.
import { isDay, type Period, PERIODS } from "./days";

export const DIMENSIONS = [
  "service",
  "team",
  "account",
  "environment",
  "application",
  "region",
  "provider",
  "service_category",
  "charge_category",
  "pricing_category",
  "billing_account",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];
export const METRICS = {
  effective: "Effective cost",
  billed: "Billed cost",
  contracted: "Contracted cost",
  list: "List cost",
} as const;
export type Metric = keyof typeof METRICS;
export const GRAINS = ["day", "week", "month"] as const;
export type Grain = (typeof GRAINS)[number];

export interface ExploreSearch extends Partial<Record<Dimension, string>> {
  by?: string;
  period?: Period;
  since?: string;
  until?: string;
  grain?: Grain;
  metric?: Metric;
  chart?: "bars" | "lines";
}

type Raw = Record<string, unknown>;

function text(value: unknown): string | undefined {
  if (typeof value === "string") return value.slice(0, 300);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function one<T extends string>(value: unknown, among: readonly T[]): T | undefined {
  return among.find((known) => known === value);
}

/** The dimensions of `by`, at most two and each once. */
export function grouping(by: string | undefined): Dimension[] {
  const wanted = (by ?? "service").split(",").map((name) => one(name, DIMENSIONS));
  return [...new Set(wanted.filter((name) => name !== undefined))].slice(0, 2);
}

export function filtersOf(search: ExploreSearch): Partial<Record<Dimension, string>> {
  return Object.fromEntries(
    DIMENSIONS.filter((name) => search[name] !== undefined).map((name) => [name, search[name]]),
  );
}

export function exploreSearch(raw: Raw): ExploreSearch {
  const search: ExploreSearch = {
    by: typeof raw.by === "string" ? grouping(raw.by).join(",") : undefined,
    period: one(raw.period, Object.keys(PERIODS) as Period[]),
    since: isDay(raw.since) ? raw.since : undefined,
    until: isDay(raw.until) ? raw.until : undefined,
    grain: one(raw.grain, GRAINS),
    metric: one(raw.metric, Object.keys(METRICS) as Metric[]),
    chart: one(raw.chart, ["bars", "lines"] as const),
  };
  for (const name of DIMENSIONS) search[name] = text(raw[name]);
  return search;
}

export function teamSearch(raw: Raw): { team?: string } {
  return { team: text(raw.team) };
}

export function askSearch(raw: Raw): { q?: string } {
  return { q: text(raw.q) };
}

export const STATUSES = ["open", "acknowledged", "expected", "snoozed", "resolved"] as const;
export type Status = (typeof STATUSES)[number];

export function anomaliesSearch(raw: Raw): { status?: Status | "all"; team?: string } {
  return { status: one(raw.status, [...STATUSES, "all"] as const), team: text(raw.team) };
}

export const WAITING = { waiting: "Waiting", all: "All" } as const;

export function approvalsSearch(raw: Raw): { show?: "all" } {
  return { show: one(raw.show, ["all"] as const) };
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

export function showbackSearch(raw: Raw): { month?: string; team?: string } {
  return {
    month: typeof raw.month === "string" && MONTH.test(raw.month) ? raw.month : undefined,
    team: text(raw.team),
  };
}

export const TABS = { bills: "Bills", tags: "Tags", people: "People", audit: "Audit", health: "Health" } as const;
export type Tab = keyof typeof TABS;

export interface AdminSearch {
  tab?: Tab;
  actor?: string;
  action?: string;
  subject?: string;
}

export function adminSearch(raw: Raw): AdminSearch {
  const tab = one(raw.tab, Object.keys(TABS) as Tab[]);
  return { tab, actor: text(raw.actor), action: text(raw.action), subject: text(raw.subject) };
}
