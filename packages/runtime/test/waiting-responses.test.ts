import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UserQuota } from "../src/server/user-quota.js";
import { MAX_WAIT, WaitingResponses } from "../src/server/waiting-responses.js";

const plenty = new UserQuota(1_000_000, "octets").share("S-1-22-1-1000");

describe("responses that wait for their client", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("hold no more than the limit", () => {
    const waiting = new WaitingResponses(100, plenty);
    waiting.enter(60);
    expect(() => waiting.enter(41)).toThrow(
      expect.objectContaining({
        status: "RPC_S_OUT_OF_RESOURCES",
        details: "60 octets of responses wait for the client to take them, and the limit is 100",
      }),
    );
    waiting.enter(40);
    waiting.leave(60);
    waiting.enter(60);
  });

  test("hold any one response", () => {
    const waiting = new WaitingResponses(100, plenty);
    waiting.enter(101);
    expect(() => waiting.enter(1)).toThrow();
    waiting.leave(101);
    waiting.enter(102);
  });

  test("of all connections of a user hold no more than that user's limit, and one response", () => {
    const quota = new UserQuota(100, "octets of responses that wait");
    const [mine, mineToo, other] = ["S-1-22-1-1", "S-1-22-1-1", "S-1-22-1-2"].map(
      (user) => new WaitingResponses(1000, quota.share(user)),
    );
    mine?.enter(60);
    mineToo?.enter(60);
    expect(() => mineToo?.enter(1)).toThrow(
      expect.objectContaining({
        status: "RPC_S_OUT_OF_RESOURCES",
        details: "the user has 100 octets of responses that wait",
      }),
    );
    other?.enter(60);
    mine?.leave(60);
    mineToo?.enter(1);
  });

  test("are given up together when nothing happens for a while", async () => {
    const waiting = new WaitingResponses(0, plenty);
    const abandoned: number[] = [];
    const outcomes = [1, 2].map((number) =>
      waiting
        .until(new Promise<void>(() => {}), () => abandoned.push(number))
        .catch((error: unknown) => error),
    );
    await vi.advanceTimersByTimeAsync(MAX_WAIT - 1);
    expect(abandoned).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(abandoned).toEqual([1, 2]);
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).toMatchObject({
        status: "RPC_S_OUT_OF_RESOURCES",
        details: `the client has taken nothing of its responses for ${MAX_WAIT} ms`,
      });
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  test("have all their time again when one of them gets on, and need no timer when none waits", async () => {
    const waiting = new WaitingResponses(0, plenty);
    let isGivenUp = false;
    const patient = waiting
      .until(new Promise<number>((resolve) => setTimeout(resolve, 2 * MAX_WAIT, 7)))
      .catch(() => {
        isGivenUp = true;
      });
    for (const time of [MAX_WAIT - 1, MAX_WAIT - 1]) {
      const step = waiting.until(new Promise<string>((resolve) => setTimeout(resolve, time, "on")));
      await vi.advanceTimersByTimeAsync(time);
      expect(await step).toBe("on");
    }
    await vi.advanceTimersByTimeAsync(2);
    expect(await patient).toBe(7);
    expect(isGivenUp).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("fail as what they wait for does", async () => {
    const waiting = new WaitingResponses(0, plenty);
    await expect(waiting.until(Promise.reject(new Error("gone")))).rejects.toThrow("gone");
    expect(vi.getTimerCount()).toBe(0);
  });
});
