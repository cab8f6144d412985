import { expect, test } from "vitest";

import { supposed } from "./what-if";

const NOTHING = { name: "", percent: 0, perHour: 0, budget: null };

test("a supposition is a question in the assistant's words", () => {
  expect(supposed({ ...NOTHING, kind: "grows", name: " checkout ", percent: 20 })).toBe("what if checkout grows 20 %");
  expect(supposed({ ...NOTHING, kind: "grows", name: "Amazon EC2", percent: -5.5 })).toBe(
    "what if Amazon EC2 shrinks 5.5 %",
  );
  expect(supposed({ ...NOTHING, kind: "plan", perHour: 2.5 })).toBe("what if we buy a savings plan of 2.5/h");
  expect(supposed({ ...NOTHING, kind: "budget", budget: "payments" })).toBe(
    "when do we pass the payments budget at this pace?",
  );
  expect(supposed({ ...NOTHING, kind: "budget", budget: "payments budget" })).toBe(
    "when do we pass the payments budget at this pace?",
  );
});

test("nothing is asked while something is missing", () => {
  expect(supposed({ ...NOTHING, kind: "grows", name: "checkout" })).toBeNull();
  expect(supposed({ ...NOTHING, kind: "grows", percent: 20 })).toBeNull();
  expect(supposed({ ...NOTHING, kind: "plan" })).toBeNull();
  expect(supposed({ ...NOTHING, kind: "budget" })).toBeNull();
});
