import { describe, expect, it } from "vitest";
import { HELP, PUBLISHED, parseArguments, UsageError } from "../src/arguments.js";
import { SCENARIOS } from "../src/scenarios/index.js";
import { SYSTEMS } from "../src/systems/index.js";

describe("parseArguments", () => {
  it("runs everything five times by default, and publishes it", () => {
    expect(parseArguments([])).toEqual({
      help: false,
      quick: false,
      check: false,
      runs: 5,
      systems: [...SYSTEMS.keys()],
      scenarios: SCENARIOS.map(({ name }) => name),
      out: PUBLISHED,
    });
    expect(PUBLISHED).toMatch(/\/docs\/benchmarks$/);
  });

  it("takes every option, after the -- that a package manager hands on", () => {
    const args = ["--", "--quick", "--runs", "2", "--check", "--out", "there"];
    expect(parseArguments(args)).toMatchObject({ quick: true, runs: 2, check: true, out: "there" });
  });

  it("lets --quick mean one run", () => {
    expect(parseArguments(["--quick"]).runs).toBe(1);
  });

  it.each([[["--quick"]], [["--only", "unary"]], [["--systems", "grpc-js"]]])(
    "does not publish what %j leaves out",
    (args) => {
      expect(parseArguments(args).out).toBeNull();
    },
  );

  it("selects systems and scenarios in their own order", () => {
    const { systems, scenarios } = parseArguments([
      "--systems",
      "grpc-js,raw-net",
      "--only",
      "payload",
      "--only",
      "unary",
    ]);
    expect(systems).toEqual(["raw-net", "grpc-js"]);
    expect(scenarios).toEqual(["unary", "payload"]);
  });

  it.each([
    [["--runs", "0"], '--runs wants a whole number from 1 to 1000, not "0"'],
    [["--runs", "many"], '--runs wants a whole number from 1 to 1000, not "many"'],
    [["--runs", "1.5"], 'not "1.5"'],
    [["--systems", "smoke-signals"], '--systems: "smoke-signals" is none of'],
    [["--systems", ""], '--systems: "" is none of'],
    [["--only", "unary,idleness"], '--only: "idleness" is none of'],
    [["--fast"], "--fast"],
    [["--out"], "--out"],
    [["stray"], "stray"],
  ])("refuses %j", (args, message) => {
    expect(() => parseArguments(args)).toThrow(UsageError);
    expect(() => parseArguments(args)).toThrow(message);
  });

  it("names every system and scenario in the help", () => {
    const names = [...SYSTEMS.keys(), ...SCENARIOS.map((scenario) => scenario.name)];
    const lines = HELP.split("\n").map((line) => line.trim().split(" ")[0]);
    expect(names.filter((name) => !lines.includes(name))).toEqual([]);
  });
});
