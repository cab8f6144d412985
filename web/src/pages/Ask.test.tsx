// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";

import { rememberToken } from "../api/client";
import { AskPage } from "./Ask";

vi.mock("@tanstack/react-router", () => ({ useSearch: () => ({}) }));

const ANSWER = {
  outcome: "answer",
  text: "$12 in all.\nSecond line.",
  sql: "SELECT 1",
  columns: ["service", "cost"],
  rows: [["<img src=x onerror=alert(1)>", 12]],
  choices: [],
  period: { start: "2026-11-01", end: "2026-12-01" },
  metric: "effective",
  currency: "USD",
  as_of: "2026-11-26",
  translator: "offline",
  elapsed_ms: 3,
};
const sent: Request[] = [];
let reply: () => Response;

beforeEach(() => {
  sent.length = 0;
  reply = () => Response.json(ANSWER);
  vi.stubGlobal("fetch", (request: Request) => {
    sent.push(request);
    return Promise.resolve(reply());
  });
  Element.prototype.scrollIntoView = vi.fn();
});

function show() {
  const queries = new QueryClient({ defaultOptions: { mutations: { retry: false } } });
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <AskPage />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

async function put(question: string) {
  await userEvent.type(screen.getByRole("textbox", { name: "Question" }), `${question}{Enter}`);
}

it("asks with the session's token, and follow-ups in the same thread", async () => {
  rememberToken("token");
  show();
  await put("what did we spend?");
  expect(await screen.findByText("$12 in all.")).toBeTruthy();
  expect(screen.getByText("1 Nov 2026 – 30 Nov 2026")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "and by team?" }));
  expect(sent.map((request) => request.headers.get("X-CSRF-Token"))).toEqual(["token", "token"]);
  const bodies = (await Promise.all(sent.map((request) => request.json()))) as { question: string; thread: string }[];
  expect(bodies.map((body) => body.question)).toEqual(["what did we spend?", "and by team?"]);
  expect(bodies[0]?.thread).toBe(bodies[1]?.thread);
});

it("shows values as text, never as markup", async () => {
  show();
  await put("x");
  expect(await screen.findByText("<img src=x onerror=alert(1)>")).toBeTruthy();
  expect(document.querySelector("img")).toBeNull();
});

it("says who certified an answer", async () => {
  reply = () => Response.json({ ...ANSWER, certified: { holds: true, says: "Certified by Ada on 1 Nov 2026" } });
  show();
  await put("x");
  expect(await screen.findByText("Certified by Ada on 1 Nov 2026")).toBeTruthy();
});

it("asks back with the choices, and a choice is asked", async () => {
  reply = () =>
    Response.json({
      ...ANSWER,
      outcome: "clarify",
      text: "Two fit.",
      choices: [{ label: "prod", question: "prod cost" }],
    });
  show();
  await put("commerce");
  await userEvent.click(await screen.findByRole("button", { name: "prod" }));
  expect(await screen.findByText("prod cost")).toBeTruthy();
});

it("says why it failed in the server's words, and tries again", async () => {
  reply = () => Response.json({ detail: "Too many requests; try again in 1.0 s." }, { status: 429 });
  show();
  await put("x");
  expect(await screen.findByText("Too many requests; try again in 1.0 s.")).toBeTruthy();
  reply = () => Response.json(ANSWER);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("$12 in all.")).toBeTruthy();
});
