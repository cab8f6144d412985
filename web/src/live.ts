import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

export interface Change {
  topic: "remediations" | "insights" | "budgets" | "costs";
  id: string | null;
}

const COSTS = ["costs", "forecast", "outlook", "showback", "budgets", "insights", "recommendations", "savings"];
const AGAIN = 10_000; // milliseconds until a refused stream is opened anew; doubled each time, at most LONGEST
const LONGEST = 300_000;
const TOGETHER = 400; // milliseconds in which changes are one: a run writes several steps at once

/** The queries that a change makes old. */
export function staleBy({ topic, id }: Change): QueryKey[] {
  switch (topic) {
    case "remediations":
      return [
        ["proposals"],
        ["savings"],
        ["recommendations"],
        id === null ? ["remediation"] : ["remediation", Number(id)],
      ];
    case "insights":
      return [["insights"], id === null ? ["insight"] : ["insight", Number(id)]];
    case "budgets":
      return [["budgets"], id === null ? ["budget"] : ["budget", id]];
    case "costs":
      return [...COSTS.map((name) => [name]), ["admin", "loads"], ["admin", "standing"]];
  }
}

/** What a line of the stream says; null where it is not one of ours. */
export function changeOf(data: string): Change | null {
  try {
    const said = JSON.parse(data) as Partial<Change>;
    const known = ["remediations", "insights", "budgets", "costs"].includes(said.topic ?? "");
    return known ? { topic: said.topic as Change["topic"], id: said.id ?? null } : null;
  } catch {
    return null;
  }
}

/** Listen while the page is looked at; what was missed meanwhile is read again. Returns how to stop. */
export function listen(queries: QueryClient, place: Document = document): () => void {
  let source: EventSource | null = null;
  let heard: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let pause = AGAIN;
  let met = false;

  function flush() {
    timer = undefined;
    const keys = new Map(heard.flatMap(staleBy).map((key) => [JSON.stringify(key), key]));
    heard = [];
    for (const queryKey of keys.values()) void queries.invalidateQueries({ queryKey });
  }
  function open() {
    const opened = new EventSource("/api/v1/events");
    source = opened;
    // A break is mended by the browser; a refusal (401, 429, 503) is not, it leaves the stream closed.
    opened.addEventListener("error", () => {
      if (opened.readyState !== EventSource.CLOSED || source !== opened) return;
      close();
      again = setTimeout(follow, pause);
      pause = Math.min(2 * pause, LONGEST);
    });
    opened.addEventListener("hello", () => {
      pause = AGAIN;
      if (met) void queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "me" });
      met = true;
    });
    opened.addEventListener("message", (event: MessageEvent<string>) => {
      const change = changeOf(event.data);
      if (change === null) return;
      heard.push(change);
      timer ??= setTimeout(flush, TOGETHER);
    });
  }
  function close() {
    clearTimeout(again);
    source?.close();
    source = null;
  }
  function follow() {
    if (place.visibilityState === "hidden") close();
    else if (source === null) open();
  }

  follow();
  place.addEventListener("visibilitychange", follow);
  return () => {
    place.removeEventListener("visibilitychange", follow);
    clearTimeout(timer);
    close();
  };
}

/** Changes arrive while one looks. */
export function useLive(): void {
  const queries = useQueryClient();
  useEffect(() => listen(queries), [queries]);
}
