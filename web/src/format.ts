import table from "./words.json";

// Figures as people read them, by the same rules as analysis/wording/formatting.py: what stands in Slack stands here.
const SYMBOLS: Record<string, string> = { USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹" };
// ISO 4217: currencies without a smaller unit.
const WHOLE = new Set("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" "));
// From an amount on, rounded up to it included: what it is divided by, its letter, its decimals.
const STEPS: [number, number, string, number][] = [
  [999_995_000, 1e9, "B", 2],
  [999_950, 1e6, "M", 2],
  [9_999.5, 1e3, "k", 1],
];

function short(size: number, whole: boolean): string {
  for (const [least, step, letter, digits] of STEPS) {
    if (size >= least) return String(Number((size / step).toFixed(digits))) + letter;
  }
  if (whole || size >= 99.995 || Number.isInteger(size))
    return size.toLocaleString("en-GB", { maximumFractionDigits: 0 });
  return size.toFixed(2);
}

/** `$12.4k`, `$2,310`, `€0.42`, `CHF 3.12M`: for sentences and tiles; less than a half cent is `under 1 cent`. */
export function money(value: number | null | undefined, currency: string | null | undefined = "USD"): string {
  if (value === null || value === undefined) return "–";
  const code = currency ?? "USD";
  const unit = SYMBOLS[code] ?? `${code.slice(0, 10)} `;
  const size = Math.abs(value);
  const whole = WHOLE.has(code);
  if (whole && size > 0 && size < 0.5) return `under ${unit}1`;
  if (size > 0 && size < 0.005) return ["USD", "EUR"].includes(code) ? "under 1 cent" : `under ${unit}0.01`;
  return `${value < 0 ? "−" : ""}${unit}${short(size, whole)}`;
}

/** `7,204.11`; amounts below a cent keep four digits, a currency without cents has none. */
export function exact(value: number | null | undefined, currency?: string | null): string {
  if (value === null || value === undefined) return "–";
  const digits = WHOLE.has(currency ?? "") ? 0 : value !== 0 && Math.abs(value) < 0.01 ? 4 : 2;
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `18 %`; under ten per cent with one decimal, over 1,000 % as a multiple. */
export function percent(share: number): string {
  const size = Math.abs(share) * 100;
  if (size >= 1000) return `×${(size / 100).toFixed(0)}`;
  return size >= 9.95 || size === 0 ? `${size.toFixed(0)} %` : `${size.toFixed(1)} %`;
}

export interface Change {
  direction: "up" | "down" | "same";
  text: string;
}

/** `+$1,900 (+18 %)`; from nothing there is no per cent. */
export function change(now: number | null, before: number | null, currency: string | null | undefined): Change {
  const delta = (now ?? 0) - (before ?? 0);
  if (Math.abs(delta) < 0.005) return { direction: "same", text: "unchanged" };
  const sign = delta > 0 ? "+" : "−";
  const amount = `${sign}${money(Math.abs(delta), currency)}`;
  const share = (before ?? 0) > 0 ? ` (${sign}${percent(delta / (before ?? 1))})` : "";
  return { direction: delta > 0 ? "up" : "down", text: amount + share };
}

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const LONG_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

/** `15 Nov 2026` of an ISO day or time; without the year where `short`. */
export function day(iso: string | null | undefined, brief = false): string {
  if (!iso) return "–";
  const at = new Date(iso.length === 10 ? `${iso}T00:00:00Z` : iso);
  return Number.isNaN(at.getTime()) ? iso : (brief ? DAY : LONG_DAY).format(at);
}

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** `15 Nov, 10:04 UTC`. */
export function moment(iso: string | null | undefined): string {
  const at = new Date(iso ?? "");
  return Number.isNaN(at.getTime()) ? (iso ?? "–") : `${MOMENT.format(at)} UTC`;
}

/** `15 Nov, 10:04 UTC` of a moment that is long past or to come; `today, 10:04 UTC` of the running day. */
export function ago(iso: string | null | undefined, now: Date = new Date()): string {
  const said = moment(iso);
  const today = `${DAY.format(now)}, `;
  return said.startsWith(today) ? `today, ${said.slice(today.length)}` : said;
}

/** `November 2026`. */
export function month(iso: string): string {
  return MONTH.format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
}

/** What a resource is called within its kind: of an ARN or a path the last part, of all else the whole. */
export function brief(id: string): string {
  return /^(arn:|\/)/.test(id) ? (id.split(/[/:]/).findLast((part) => part !== "") ?? id) : id;
}

/** What a group without a value is called. */
export function named(value: unknown): string {
  if (value === null || value === undefined || value === "") return "unallocated";
  return typeof value === "string" ? value : JSON.stringify(value);
}

const COLUMNS: Record<string, string> = table.columns;
const WORDS: Record<string, string> = { ...table.columns, ...table.values };
const METRICS: Record<string, string> = table.metrics;

function small(said: string): string {
  return /^[A-Z][a-z]/.test(said) ? said.charAt(0).toLowerCase() + said.slice(1) : said;
}

/** `over budget` of a state, `category of service` of a dimension: the table that cards and files use. */
export function words(name: string): string {
  return small(WORDS[name] ?? name.replaceAll("_", " "));
}

/** `found on` over a column; a period's own as it reads: `Oct 2026`, `1–15 Nov 2026`. */
export function columnTitle(name: string): string {
  const said = COLUMNS[name];
  if (said !== undefined) return small(said);
  const parts = name.split("_");
  if (!parts.some((part) => /^\d+$/.test(part))) return parts.join(" ");
  const span = parts.slice(0, 3).some((part) => part.length === 4) ? " – " : "–";
  return parts
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(" ")
    .replaceAll(" To ", span);
}

/** `effective cost`, `usage`: what is counted. */
export function metricName(name: string): string {
  return small(METRICS[name] ?? columnTitle(name) + (name.includes("cost") ? "" : " cost"));
}
