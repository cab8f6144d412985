import { describe, expect, it } from "vitest";

import { cellText, choicesOf, followUps, pictureOf, shownColumns } from "./answer";
import type { Answer } from "./api/queries";
import { evidenceOf } from "./evidence";

function answer(columns: string[], rows: unknown[][], more: Partial<Answer> = {}): Answer {
  return { outcome: "answer", text: "x", columns, rows, choices: [], metric: "effective", ...more } as Answer;
}

describe("a picture of rows", () => {
  it("is bars for a ranking", () => {
    const picture = pictureOf(answer(["service", "cost", "share"], [["EC2", 7, 0.7], [null, 3, 0.3]])); // prettier-ignore
    expect(picture).toEqual({
      kind: "bars",
      rows: [
        { name: "EC2", value: 7 },
        { name: "unallocated", value: 3 },
      ],
    });
  });
  it("is a series over time, a line a group", () => {
    const rows = [
      ["2026-11-02", "web", 4],
      ["2026-11-01", "web", 3],
      ["2026-11-01", "ml", 9],
    ];
    expect(pictureOf(answer(["usage_date", "team", "cost"], rows))).toEqual({
      kind: "series",
      names: ["ml", "web"],
      rows: [
        { period: "2026-11-01", web: 3, ml: 9 },
        { period: "2026-11-02", web: 4 },
      ],
    });
  });
  it("is none for one figure, or where nothing can be measured", () => {
    expect(pictureOf(answer(["cost"], [[5]]))).toBeNull();
    expect(pictureOf(answer(["name", "state"], [["a", "on"], ["b", "off"]]))).toBeNull(); // prettier-ignore
  });
});

it("follow-ups do not ask for what is shown", () => {
  expect(followUps(answer(["service", "cost"], [["EC2", 1]]))).toEqual([
    "and by team?",
    "and by account?",
    "and by region?",
    "by day",
    "compare with the period before",
  ]);
  expect(followUps(answer(["resource_id"], [["i-1"]], { metric: null }))).toEqual([]);
});

it("choices that are none are left out", () => {
  const choices = [{ label: "a", question: "b" }, null, "x"];
  expect(choicesOf(answer([], [], { choices }))).toEqual([{ label: "a", question: "b" }]);
});

describe("evidence", () => {
  it("is read as the detector keeps it", () => {
    const found = evidenceOf({
      confidence: "high",
      series: { dates: ["2026-11-01"], actual: [5], expected: [2], low: [1], high: [3] },
      cause: { why: "new", who: "", contributions: [{ name: "a", amount: 1 }, { name: "b", amount: -4 }] }, // prettier-ignore
    });
    expect(found.rows).toEqual([{ period: "2026-11-01", actual: 5, expected: 2, band: [1, 3] }]);
    expect(found.five).toEqual([{ name: "why", text: "new" }]);
    expect(found.parts.map((part) => part.name)).toEqual(["b", "a"]);
  });
  it.each([null, [], "x", { series: 3, cause: [] }, { series: { dates: ["d"] } }])("survives %j", (value) => {
    expect(() => evidenceOf(value)).not.toThrow();
  });
});

describe("a cell", () => {
  it("says a change by its sign and its per cent, in one column", () => {
    const compared = answer(["team", "october_2026", "september_2026", "change", "change_percent"], [
      ["ml", 106323.47, 101708.28, 4615.19, 4.54],
      ["web", 90, 100, -10, -10],
      ["new", 5, 0, 5, null],
    ]); // prettier-ignore
    expect(shownColumns(compared)).toEqual([0, 1, 2, 3]);
    expect(compared.rows.map((row) => cellText(compared, row, 3))).toEqual([
      "+4,615.19 (+4.5 %)",
      "−10.00 (−10 %)",
      "+5.00",
    ]);
  });
  it("says a share as one, and what is below zero with a minus", () => {
    const shares = answer(["region", "cost", "share_percent"], [["eu", -47.6, 13.2]]);
    expect([cellText(shares, shares.rows[0] ?? [], 1), cellText(shares, shares.rows[0] ?? [], 2)]).toEqual([
      "−47.60",
      "13 %",
    ]);
  });
});
