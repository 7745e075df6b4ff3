import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { watchAbort } from "../src/abort-watch.js";

describe("watchAbort", () => {
  it("has one listener on a signal, and none when nobody waits", () => {
    const { signal } = new AbortController();
    const ends = Array.from({ length: 20 }, () => watchAbort(signal, () => {}));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    for (const end of ends) end();
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const again = watchAbort(signal, () => {});
    // Ended twice, and that of others is none of its business.
    ends[0]?.();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    again();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("tells all that still wait, once, though they end their waiting or wait twice", () => {
    const controller = new AbortController();
    const told: string[] = [];
    const end = watchAbort(controller.signal, () => {
      told.push("first");
      end();
    });
    const gone = watchAbort(controller.signal, () => told.push("gone"));
    const twice = () => void told.push("twice");
    watchAbort(controller.signal, twice);
    watchAbort(controller.signal, twice);
    gone();
    controller.abort();
    controller.abort();
    expect(told).toEqual(["first", "twice", "twice"]);
  });
});
