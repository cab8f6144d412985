// @vitest-environment jsdom
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";

import { changeOf, listen, staleBy } from "./live";

class Source extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 1;
  closed = false;
  constructor(readonly url: string) {
    super();
    Source.opened.push(this);
  }
  close() {
    this.closed = true;
  }
  fail(readyState: number) {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
  say(type: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }));
  }
}

beforeEach(() => {
  Source.opened = [];
  vi.stubGlobal("EventSource", Source);
  vi.useFakeTimers();
});

function page() {
  const place = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const queries = new QueryClient();
  const told = vi.spyOn(queries, "invalidateQueries").mockResolvedValue();
  const stop = listen(queries, place as unknown as Document);
  return { place, told, stop };
}

it("reads again what has changed, once however often it is said", () => {
  const { told } = page();
  const source = Source.opened[0];
  source?.say("hello", {});
  source?.say("message", { topic: "remediations", id: "7" });
  source?.say("message", { topic: "remediations", id: "7" });
  expect(told).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(told.mock.calls.map(([what]) => what?.queryKey)).toEqual(staleBy({ topic: "remediations", id: "7" }));
});

it("is quiet while nobody looks, and reads everything when somebody is back", () => {
  const { place, told, stop } = page();
  Source.opened[0]?.say("hello", {});
  place.visibilityState = "hidden";
  place.dispatchEvent(new Event("visibilitychange"));
  expect(Source.opened.map((one) => one.closed)).toEqual([true]);
  place.visibilityState = "visible";
  place.dispatchEvent(new Event("visibilitychange"));
  Source.opened[1]?.say("hello", {});
  expect(told).toHaveBeenCalledTimes(1);
  stop();
  expect(Source.opened.map((one) => one.closed)).toEqual([true, true]);
});

it("takes nothing that it does not know", () => {
  expect(changeOf("no json")).toBeNull();
  expect(changeOf('{"topic":"secrets","id":"1"}')).toBeNull();
  expect(changeOf('{"topic":"costs","id":null}')).toEqual({ topic: "costs", id: null });
  expect(staleBy({ topic: "costs", id: null })).toContainEqual(["showback"]);
});

it("opens a refused stream anew, later each time, and leaves a broken one to the browser", () => {
  const { stop } = page();
  const opened = () => Source.opened.length;
  const last = () => Source.opened.at(-1);
  last()?.fail(0); // the browser connects again by itself
  vi.advanceTimersByTime(600_000);
  expect(opened()).toBe(1);
  last()?.fail(Source.CLOSED);
  vi.advanceTimersByTime(9_999);
  expect(opened()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(opened()).toBe(2);
  last()?.fail(Source.CLOSED);
  vi.advanceTimersByTime(19_999);
  expect(opened()).toBe(2);
  vi.advanceTimersByTime(1);
  expect(opened()).toBe(3);
  last()?.say("hello", {});
  last()?.fail(Source.CLOSED);
  vi.advanceTimersByTime(10_000);
  expect(opened()).toBe(4);
  last()?.fail(Source.CLOSED);
  stop();
  vi.advanceTimersByTime(600_000);
  expect(opened()).toBe(4);
});

it("opens nothing anew while nobody looks", () => {
  const { place } = page();
  Source.opened[0]?.fail(Source.CLOSED);
  place.visibilityState = "hidden";
  place.dispatchEvent(new Event("visibilitychange"));
  vi.advanceTimersByTime(600_000);
  expect(Source.opened.length).toBe(1);
  place.visibilityState = "visible";
  place.dispatchEvent(new Event("visibilitychange"));
  expect(Source.opened.length).toBe(2);
});
