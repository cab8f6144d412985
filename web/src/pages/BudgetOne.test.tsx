// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import type { Me } from "../api/queries";
import { MeContext } from "../me";
import { BudgetPage } from "./BudgetOne";

const gone = vi.hoisted(() => vi.fn());
vi.mock("@tanstack/react-router", () => ({ useParams: () => ({ name: "launch" }), useNavigate: () => gone }));
vi.mock("../parts/links", () => ({ LinkAnchor: () => null }));

const ME = {
  id: "U1",
  name: "Priya",
  roles: ["operator"],
  teams: [],
  sees_all: true,
  currency: "USD",
} as unknown as Me;
const BUDGET = {
  name: "launch",
  amount: 500,
  currency: "USD",
  period: "monthly",
  scope: {},
  thresholds: [0.8, 1],
  rollover: false,
  start: null,
  end: null,
  owner: null,
  origin: "api",
  in_file: null,
};
let amount: number;
let changed: string[];

beforeEach(() => {
  amount = 500;
  changed = [];
  gone.mockReset();
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname } = new URL(request.url);
    if (request.method !== "GET") changed.push(`${request.method} ${request.headers.get("If-Match") ?? ""}`);
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    if (request.method === "PUT") ({ amount } = (await request.json()) as { amount: number });
    if (pathname.endsWith("/outlook")) return Response.json({ detail: "There is no forecast yet." }, { status: 404 });
    if (pathname.endsWith("/budgets")) return Response.json({ items: [], next_offset: null });
    return Response.json({ ...BUDGET, amount }, { headers: { ETag: `"${amount}"` } });
  });
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <MeContext value={ME}>
          <BudgetPage />
        </MeContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
});

it("says that it was saved though its form is one of the new state, until something else is typed", async () => {
  const typed = await screen.findByLabelText("Amount, USD");
  await userEvent.clear(typed);
  await userEvent.type(typed, "90,5");
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByDisplayValue("90.5")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toBe("launch is saved; it is evaluated now.");
  expect(changed).toEqual(['PUT "500"']);
  await userEvent.type(screen.getByLabelText("Amount, USD"), "1");
  expect(screen.queryByRole("status")).toBeNull();
});

it("deletes only after it has asked", async () => {
  const first = await screen.findByRole("button", { name: "Delete this budget" });
  await userEvent.click(first);
  const asked = within(screen.getByRole("group", { name: /^Delete launch/ }));
  expect(document.activeElement).toBe(asked.getByRole("button", { name: "No" }));
  await userEvent.keyboard("{Enter}");
  expect(document.activeElement).toBe(first);
  expect(changed).toEqual([]);
  await userEvent.click(first);
  await userEvent.click(screen.getByRole("button", { name: "Yes" }));
  await vi.waitFor(() => {
    expect(gone).toHaveBeenCalledWith({ to: "/budgets" });
  });
  expect(changed).toEqual(['DELETE "500"']);
});
