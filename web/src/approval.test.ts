import { expect, it } from "vitest";

import type { Proposal, Step } from "./api/approvals";
import { primaryOf, replacement, savingOf, standing } from "./approval";

function step(resource_id: string, more: Partial<Step> = {}): Step {
  return {
    resource_id,
    name: resource_id,
    says: "stop",
    evidence: "idle",
    arithmetic: "",
    monthly_savings: 10,
    state: "planned",
    error: null,
    ...more,
  };
}

function proposal(more: Partial<Proposal> = {}): Proposal {
  return {
    state: "proposed",
    reason: null,
    seconds: null,
    withdrawn: false,
    snoozed_until: null,
    waits_until: null,
    approval_ends: null,
    for_anybody: false,
    typed_confirmation: false,
    steps: [step("i-1"), step("i-2"), step("i-2", { says: "tag" })],
    may: ["approve", "choose", "reject"],
    ...more,
  } as Proposal;
}

it("approves all, or those that are ticked", () => {
  expect(primaryOf(proposal(), ["i-1", "i-2"])?.verdict).toEqual({ decision: "approve" });
  const some = primaryOf(proposal(), ["i-2"]);
  expect(some?.label).toBe("Approve 1 of 2");
  expect(some?.verdict).toEqual({ decision: "choose", resources: ["i-2"], approve: true });
  expect(primaryOf(proposal(), [])).toBeNull();
});

it("offers nothing that would not count", () => {
  expect(primaryOf(proposal({ may: [] }), ["i-1", "i-2"])).toBeNull();
  expect(primaryOf(proposal({ may: ["choose"] }), ["i-1", "i-2"])).toBeNull();
  expect(primaryOf(proposal({ may: ["choose"] }), ["i-1"])?.label).toBe("Propose these 1");
});

it("asks for the number where things are deleted, and never approves a part in one go then", () => {
  const deletes = proposal({ typed_confirmation: true });
  expect(primaryOf(deletes, ["i-1", "i-2"])?.typed).toBe(true);
  expect(primaryOf(deletes, ["i-1"])?.verdict.approve).toBe(false);
});

it("counts a resource's saving once", () => {
  expect(savingOf(proposal(), ["i-1", "i-2"])).toBe(20);
  expect(savingOf(proposal(), ["i-2"])).toBe(10);
  expect(savingOf(proposal({ steps: [step("i-1", { monthly_savings: null })] }), ["i-1"])).toBeNull();
});

it("says how far it is and what took its place", () => {
  const running = proposal({ state: "running", steps: [step("i-1", { state: "verified" }), step("i-2")] });
  expect(standing(running)).toBe("Running: 1 of 2 done");
  expect(standing(proposal({ state: "partial", seconds: 41.4, reason: "web: gone" }))).toBe(
    "Done in part in 41 s: 0 of 3: web: gone",
  );
  expect(replacement(proposal({ state: "void", reason: "replaced by remediation 12 for 1 of 2" }))).toBe(12);
  expect(replacement(proposal({ state: "rejected", reason: "replaced by remediation 12 for 1 of 2" }))).toBeNull();
});

it("tells withdrawn and snoozed from rejected, and waiting from starting", () => {
  const rejected = (more: Partial<Proposal> = {}) =>
    standing(proposal({ state: "rejected", reason: "not now", ...more }));
  expect(rejected()).toBe("Rejected: not now");
  expect(rejected({ withdrawn: true })).toBe("Withdrawn: not now");
  expect(rejected({ snoozed_until: "2026-12-03T10:00:00+00:00" })).toBe("Snoozed until 3 Dec 2026: not now");
  const approved = (more: Partial<Proposal> = {}) => standing(proposal({ state: "approved", ...more }));
  expect(approved()).toBe("Approved; starting");
  const opens = "2026-11-24T06:00+00:00";
  expect(approved({ waits_until: opens })).toBe("Approved; waits for its change window, which opens 24 Nov, 06:00 UTC");
  expect(approved({ waits_until: opens, approval_ends: "2026-11-23T06:00+00:00" })).toBe(
    "Approved, but no change window opens before the approval ends, 23 Nov, 06:00 UTC; nothing will run",
  );
});
