import type { Budget } from "./api/queries";
import type { NewBudget, Outlook, ShowbackRow, StoredBudget } from "./api/planning";
import type { BandProps } from "./parts/chart-types";

export const SCOPES = ["team", "account", "service", "environment", "application", "provider", "region"] as const;
export type ScopeKind = (typeof SCOPES)[number];
export const PERIODS_OF_BUDGETS = ["monthly", "quarterly", "yearly", "custom"] as const;
export type BudgetPeriod = (typeof PERIODS_OF_BUDGETS)[number];

/** What the form holds: everything as it is typed. */
export interface Draft {
  name: string;
  kind: ScopeKind | "everything";
  value: string;
  amount: string;
  currency: string;
  period: BudgetPeriod;
  start: string;
  end: string;
  thresholds: string;
  rollover: boolean;
}

function known(scope: unknown): Record<string, string> {
  return typeof scope === "object" && scope !== null ? (scope as Record<string, string>) : {};
}

export function scopeOf(budget: StoredBudget): Record<string, string> {
  return known(budget.scope);
}

/** `checkout, prod`; everything where nothing is said. */
export function scopeLabel(scope: Record<string, string>): string {
  return Object.values(scope).join(", ") || "everything";
}

export function draftOf(budget: StoredBudget | null, currency: string): Draft {
  const thresholds = Array.isArray(budget?.thresholds) ? (budget.thresholds as number[]) : [0.8, 1];
  return {
    name: budget?.name ?? "",
    kind: "team",
    value: "",
    amount: budget === null ? "" : String(budget.amount),
    currency: budget?.currency ?? currency,
    period: (budget?.period ?? "monthly") as BudgetPeriod,
    start: budget?.starts_on ?? "",
    end: budget?.ends_on ?? "",
    thresholds: thresholds.map((share) => String(Math.round(share * 10_000) / 100)).join(", "),
    rollover: budget?.rollover ?? false,
  };
}

/** `90,000.50` and `90.000,50` are 90000.5, `90,5` is 90.5; three digits behind a comma are thousands. NaN for anything
 * else, as `90.000`, which is ninety to some and ninety thousand to others. */
function amountOf(typed: string): number {
  const text = typed.trim();
  if (/^[1-9]\d{0,2}\.\d{3}$/.test(text)) return NaN;
  if (/^(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(text)) return Number(text.replaceAll(",", ""));
  if (/^(\d+|\d{1,3}(\.\d{3})+),\d{1,2}$/.test(text)) return Number(text.replaceAll(".", "").replace(",", "."));
  return NaN;
}

/** The draft as the API takes it, or what is wrong with it, a sentence a field. Scope, currency and owner of a known
 * budget stay. */
export function budgetOf(draft: Draft, stored: StoredBudget | null): NewBudget | Partial<Record<keyof Draft, string>> {
  const wrong: Partial<Record<keyof Draft, string>> = {};
  const amount = amountOf(draft.amount);
  const parts = draft.thresholds
    .replaceAll("%", "")
    .split(/[,;]/)
    .map((part) => part.trim());
  const thresholds = parts.filter((part) => part !== "").map((part) => Math.round(Number(part) * 100) / 10_000);
  if (draft.name.trim() === "") wrong.name = "Give it a name.";
  if (!(amount > 0)) wrong.amount = "Write an amount above zero, as 90000 or 90,000.50.";
  if (thresholds.length === 0 || !thresholds.every((share) => share >= 0.01 && share <= 10))
    wrong.thresholds = "Write per cents between 1 and 1000, as 80, 100.";
  if (stored === null && draft.kind !== "everything" && draft.value.trim() === "")
    wrong.value = `Say which ${draft.kind}.`;
  if (draft.period === "custom" && !(draft.start !== "" && draft.start < draft.end))
    wrong.end = "A custom period has a first day and a later day after its last.";
  if (Object.keys(wrong).length > 0) return wrong;
  const scope =
    stored === null ? (draft.kind === "everything" ? {} : { [draft.kind]: draft.value.trim() }) : scopeOf(stored);
  const dated = draft.period === "custom";
  return {
    name: draft.name.trim(),
    scope,
    amount,
    currency: stored?.currency ?? draft.currency,
    period: draft.period,
    start: dated ? draft.start : draft.start || null,
    end: dated ? draft.end : null,
    thresholds,
    rollover: draft.rollover,
    owner: stored?.owner ?? null,
  };
}

export function isBudget(made: NewBudget | Partial<Record<keyof Draft, string>>): made is NewBudget {
  return "scope" in made;
}

/** The days before against an earlier forecast, then the days to come with their band. */
export function bandOf(outlook: Outlook): BandProps["rows"] {
  const past = outlook.past.map((one) => ({ period: one.day, actual: one.actual, expected: one.was_expected }));
  const days = outlook.days.map((one) => ({
    period: one.day,
    actual: null,
    expected: one.expected,
    ...(one.low === null || one.high === null ? {} : { band: [one.low, one.high] as [number, number] }),
  }));
  return [...past, ...days];
}

export interface Miss {
  /** The forecast's sum against what was spent, less one. */
  share: number;
  /** The days on which both are known. */
  days: number;
}

/** How far an earlier forecast was off over the days before; null where nothing can be compared. */
export function missOf(outlook: Outlook): Miss | null {
  const both = outlook.past.flatMap(({ actual, was_expected }) =>
    actual === null || was_expected === null ? [] : [{ actual, expected: was_expected }],
  );
  const actual = both.reduce((sum, one) => sum + one.actual, 0);
  const expected = both.reduce((sum, one) => sum + one.expected, 0);
  return actual === 0 ? null : { share: expected / actual - 1, days: both.length };
}

/** Of each budget the period that today is in, else its newest; the most used first. */
export function running(budgets: Budget[], today: string): Budget[] {
  const newest = new Map<string, Budget>();
  for (const one of budgets) {
    const name = one.budget ?? "";
    const now = (one.period_start ?? "") <= today && today < (one.period_end ?? "");
    if (now || !newest.has(name)) newest.set(name, one);
  }
  return [...newest.values()].toSorted((a, b) => (b.percent_used ?? 0) - (a.percent_used ?? 0));
}

export interface Statement {
  team: string | null;
  currency: string;
  own: number;
  shared: { name: string; cost: number }[];
  total: number;
}

/** What each team bears: its own cost, its parts of shared costs, the sum; the largest first, a row a currency. */
export function statements(rows: ShowbackRow[]): Statement[] {
  const found = new Map<string, Statement>();
  for (const row of rows) {
    const currency = row.currency ?? "";
    const key = JSON.stringify([row.team, currency]);
    const one = found.get(key) ?? { team: row.team, currency, own: 0, shared: [], total: 0 };
    const cost = row.cost ?? 0;
    if (row.shared_cost === null) one.own += cost;
    else one.shared.push({ name: row.shared_cost, cost });
    one.total += cost;
    found.set(key, one);
  }
  return [...found.values()].toSorted((a, b) => b.total - a.total);
}

/** The months that can be chosen, the newest first. */
export function monthsBack(today: string, count: number): string[] {
  const [year = 1970, month = 1] = today.split("-").map(Number);
  return Array.from({ length: count }, (_, back) => {
    const at = new Date(Date.UTC(year, month - 1 - back, 1));
    return at.toISOString().slice(0, 7);
  });
}
