import { describe, expect, it } from "vitest";
// From dist, because children are started from there.
import { runBench } from "../dist/harness/run-bench.js";
import { inFlight } from "../dist/scenarios/in-flight.js";
import { payload } from "../dist/scenarios/payload.js";
import { unary } from "../dist/scenarios/unary.js";
import { QUICK } from "../dist/settings.js";
import { cSeqpacket } from "../dist/systems/native-floors.js";
import { rawNet } from "../dist/systems/raw-net.js";

const SHORT = { ...QUICK, warmup: 1, duration: 20, payloadDuration: 1, payloadSizes: [64] };

describe("a system that fails", () => {
  it("is reported, run by run, and the others are measured", { timeout: 30_000 }, async () => {
    const report = await runBench({
      systems: [{ ...rawNet, name: "telex" }, rawNet],
      scenarios: [inFlight, payload],
      settings: SHORT,
      quick: true,
      runs: 2,
      progress: () => {},
    });
    const error = 'telex server: no system is called "telex"';
    expect(report.failures).toEqual([
      { system: "telex", scenario: "in-flight", run: 1, error },
      { system: "telex", scenario: "payload", run: 1, error },
      { system: "telex", scenario: "in-flight", run: 2, error },
      { system: "telex", scenario: "payload", run: 2, error },
    ]);
    expect(new Set(report.records.map(({ system }) => system))).toEqual(new Set(["raw-net"]));
    expect(report.records.map(({ metric }) => metric)).toContain("upload 64 B");
  });

  it("has run out of time when it takes longer than it may", { timeout: 20_000 }, async () => {
    const report = await runBench({
      systems: [rawNet],
      scenarios: [unary],
      settings: { ...SHORT, duration: 5_000, timeout: 1_000 },
      quick: true,
      runs: 1,
      progress: () => {},
    });
    expect(report.failures).toHaveLength(1);
    // Which of the two is late depends on how busy the machine is.
    expect(report.failures[0]?.error).toMatch(/^raw-net (client|server): no answer in 1000 ms$/);
  });

  it("is left out, with the reason, where it needs a compiler that is not there", async () => {
    const compiler = process.env.CC;
    process.env.CC = "/nowhere/cc";
    try {
      const report = await runBench({
        systems: [cSeqpacket],
        scenarios: [unary],
        settings: SHORT,
        quick: true,
        runs: 1,
        progress: () => {},
      });
      const reason = "cannot be built here: spawnSync /nowhere/cc ENOENT";
      expect(report.unavailable).toEqual([{ system: "c-seqpacket", scenario: "unary", reason }]);
      expect(report).toMatchObject({ records: [], failures: [], machine: { compiler: null } });
    } finally {
      process.env.CC = compiler;
      if (compiler === undefined) {
        delete process.env.CC;
      }
    }
  });
});
