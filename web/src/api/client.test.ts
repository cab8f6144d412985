// @vitest-environment jsdom
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";

import { allOf } from "./client";
import { showbackQuery } from "./planning";
import { budgetsQuery } from "./queries";

const ROWS = 1_203;
const asked: string[] = [];

beforeEach(() => {
  asked.length = 0;
  vi.stubGlobal("fetch", (request: Request) => {
    const query = new URL(request.url).searchParams;
    asked.push(request.url);
    const from = Number(query.get("offset"));
    const to = Math.min(ROWS, from + Number(query.get("limit")));
    const items = Array.from({ length: to - from }, (_, index) => ({ budget: `b${from + index}`, cost: 1 }));
    return Promise.resolve(Response.json({ items, next_offset: to < ROWS ? to : null }));
  });
});

it("reads budgets and shares to their end, each row once", async () => {
  const queries = new QueryClient();
  const budgets = await queries.query(budgetsQuery("2025-10-01", "2026-11-28"));
  expect(new Set(budgets.items.map((one) => one.budget)).size).toBe(ROWS);
  expect(asked.length).toBe(3);
  const shares = await queries.query(showbackQuery("2026-10-01", "2026-11-01", undefined));
  expect(shares.items.length).toBe(ROWS);
});

it("says so where a list has no end, instead of cutting it", async () => {
  await expect(allOf((offset) => Promise.resolve({ items: [offset], next_offset: offset + 1 }))).rejects.toThrow(
    "There are more than 200 rows; choose a shorter period.",
  );
});
