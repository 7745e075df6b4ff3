import { expect, it } from "vitest";
import { RestartPolicy } from "../src/restart-policy.js";

const settings = { limit: 4, delay: 100, maxDelay: 500, resetAfter: 1_000 };

it("waits twice as long after each crash, up to a bound, and gives up at the limit", () => {
  const policy = new RestartPolicy(settings);
  expect([1, 2, 3, 4, 5].map(() => policy.onCrash(10))).toEqual([100, 200, 400, 500, null]);
});

it("forgives crashes after a long run, and when somebody starts the service", () => {
  const policy = new RestartPolicy(settings);
  expect([policy.onCrash(10), policy.onCrash(10), policy.onCrash(1_000)]).toEqual([100, 200, 100]);
  policy.reset();
  expect(policy.onCrash(10)).toBe(100);
});

it("never restarts with a limit of 0", () => {
  expect(new RestartPolicy({ ...settings, limit: 0 }).onCrash(5_000)).toBeNull();
});
