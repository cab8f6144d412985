import type { Proposal, Step, Verdict } from "./api/approvals";
import { day, moment, money } from "./format";

const GOOD = ["done", "verified", "undone"];
const WORDS: Record<string, string> = {
  planned: "to do",
  acting: "under way",
  verified: "done and checked",
  undoing: "being undone",
  unknown: "not known, look at it",
};

/** A step's state as Slack's card says it. */
export function stepWord(state: string): string {
  return WORDS[state] ?? state;
}

export function isDone(step: Step): boolean {
  return GOOD.includes(step.state);
}

/** Resources, once each and in order. */
export function resourcesOf(proposal: Proposal): string[] {
  return [...new Set(proposal.steps.map((step) => step.resource_id))];
}

/** How far a run is, or how it ended. */
export function standing(proposal: Proposal): string {
  const done = `${proposal.steps.filter(isDone).length} of ${proposal.steps.length}`;
  const took = proposal.seconds === null ? "" : ` in ${Math.max(1, Math.round(proposal.seconds))} s`;
  const why = proposal.reason === null ? "" : `: ${proposal.reason}`;
  switch (proposal.state) {
    case "proposed":
      return "Waiting for a decision";
    case "approved":
      if (proposal.approval_ends !== null)
        return `Approved, but no change window opens before the approval ends, ${moment(proposal.approval_ends)}; nothing will run`;
      if (proposal.waits_until !== null)
        return `Approved; waits for its change window, which opens ${moment(proposal.waits_until)}`;
      return "Approved; starting";
    case "running":
      return `Running: ${done} done`;
    case "succeeded":
      return `Done${took}: ${done} done and checked`;
    case "partial":
      return `Done in part${took}: ${done}${why}`;
    case "failed":
      return `Failed${took}: ${done} done${why}`;
    case "unknown":
      return `Nobody knows how it ended; somebody has to look${why}`;
    case "undone":
      return `Undone${took}: ${done} as before${why}`;
    case "rejected":
      if (proposal.withdrawn) return `Withdrawn${why}`;
      return proposal.snoozed_until === null ? `Rejected${why}` : `Snoozed until ${day(proposal.snoozed_until)}${why}`;
    case "ticket":
      return "Nothing is changed here; a ticket asks for it";
    case "closed":
      return `Its ticket is closed${why}`;
    case "expired":
      return "Expired: nobody decided in time";
    default:
      return `Not carried out${why}`;
  }
}

export interface Primary {
  label: string;
  verdict: Verdict;
  /** Whether the number of resources has to be typed. */
  typed: boolean;
}

/** What the first button does with the resources that are ticked; null where it can do nothing. */
export function primaryOf(proposal: Proposal, ticked: string[]): Primary | null {
  const all = resourcesOf(proposal);
  const chosen = all.filter((id) => ticked.includes(id));
  const may = proposal.may;
  if (chosen.length === all.length) {
    if (!may.includes("approve")) return null;
    return { label: "Approve", verdict: { decision: "approve" }, typed: proposal.typed_confirmation };
  }
  if (chosen.length === 0 || !may.includes("choose")) return null;
  const approve = may.includes("approve") && !proposal.typed_confirmation;
  return {
    label: approve ? `Approve ${chosen.length} of ${all.length}` : `Propose these ${chosen.length}`,
    verdict: { decision: "choose", resources: chosen, approve },
    typed: false,
  };
}

/** What the ticked resources save a month; null where nothing is known of any. */
export function savingOf(proposal: Proposal, ticked: string[]): number | null {
  const known = new Map(
    proposal.steps.flatMap((step) =>
      step.monthly_savings === null || !ticked.includes(step.resource_id)
        ? []
        : [[step.resource_id, step.monthly_savings] as const],
    ),
  );
  return known.size === 0 ? null : [...known.values()].reduce((sum, one) => sum + one, 0);
}

/** `saves $612 a month`; empty where it is not known. */
export function saves(amount: number | null, currency: string): string {
  return amount === null || amount === 0 ? "" : `saves ${money(amount, currency)} a month`;
}

/** The remediation that took the place of this one. */
export function replacement(proposal: Proposal): number | null {
  const found = /^replaced by remediation (\d{1,15}) /.exec(proposal.state === "void" ? (proposal.reason ?? "") : "");
  return found === null ? null : Number(found[1]);
}
