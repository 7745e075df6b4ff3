import { describe, expect, it } from "vitest";
import { applies, formatTimeLeft, planSteps, TimeLeft } from "../src/harness/steps.js";
import { contention } from "../src/scenarios/contention.js";
import { inFlight } from "../src/scenarios/in-flight.js";
import { payload } from "../src/scenarios/payload.js";
import { unary } from "../src/scenarios/unary.js";
import { QUICK } from "../src/settings.js";
import { ncalrpc, ncalrpcNoSpin } from "../src/systems/ncalrpc.js";
import { rawNet } from "../src/systems/raw-net.js";

describe("planSteps", () => {
  const plan = {
    systems: [ncalrpc, rawNet],
    scenarios: [payload, unary, inFlight],
    settings: QUICK,
    quick: false,
    runs: 2,
  };

  it("gives every system its turn before the next scenario, and every scenario before the next run", () => {
    expect(
      planSteps(plan).map(({ run, scenario, system }) => `${run} ${scenario.name} ${system.name}`),
    ).toEqual(
      [1, 2].flatMap((run) =>
        // Those that share processes come first.
        ["unary", "in-flight", "payload"].flatMap((scenario) => [
          `${run} ${scenario} ncalrpc`,
          `${run} ${scenario} raw-net`,
        ]),
      ),
    );
  });

  it("knows when shared processes are not needed any more", () => {
    const last = planSteps({ ...plan, runs: 1 }).filter((step) => step.lastOfKept);
    expect(last.map(({ scenario, system }) => `${scenario.name} ${system.name}`)).toEqual([
      "in-flight raw-net",
    ]);
  });

  it("leaves out what a system cannot do", () => {
    const mute = { ...rawNet, unavailable: { unary: "it is mute" } };
    const steps = planSteps({ ...plan, systems: [mute], runs: 1 });
    expect(steps.map(({ scenario }) => scenario.name)).toEqual(["in-flight", "payload"]);
  });
});

describe("applies", () => {
  it("follows the scenario's systems and the system's scenarios", () => {
    expect(applies(ncalrpcNoSpin, contention, false)).toBe(true);
    expect(applies(ncalrpcNoSpin, payload, false)).toBe(false);
    expect(applies(rawNet, contention, false)).toBe(true);
    expect(applies(rawNet, contention, true)).toBe(false);
  });
});

describe("TimeLeft", () => {
  it("is what was expected, then scaled by what it really took", () => {
    const steps = [{ expected: 100 }, { expected: 300 }] as const;
    const left = new TimeLeft(steps);
    expect(left.estimate()).toBe(400);
    left.add(steps[0], 200);
    expect(left.estimate()).toBe(600);
    left.add(steps[1], 600);
    expect(left.estimate()).toBe(0);
  });

  it.each([
    [4_400, "about 4 s left"],
    [120_000, "about 120 s left"],
    [170_000, "about 3 min left"],
  ])("prints %d ms", (milliseconds, text) => {
    expect(formatTimeLeft(milliseconds)).toBe(text);
  });
});
