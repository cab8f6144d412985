export interface Supposition {
  kind: "grows" | "plan" | "budget";
  name: string;
  percent: number;
  perHour: number;
  budget: string | null;
}

/** The question that a supposition is, in the words that the assistant takes; null while something is missing. */
export function supposed({ kind, name, percent, perHour, budget }: Supposition): string | null {
  const scope = name.trim();
  switch (kind) {
    case "grows":
      if (scope === "" || percent === 0) return null;
      return `what if ${scope} ${percent < 0 ? "shrinks" : "grows"} ${String(Math.abs(percent))} %`;
    case "plan":
      return perHour > 0 ? `what if we buy a savings plan of ${String(perHour)}/h` : null;
    case "budget":
      return budget === null ? null : `when do we pass the ${budget.replace(/\s+budget$/i, "")} budget at this pace?`;
  }
}
