import { describe, expect, it } from "vitest";
import { HELP, parseArguments, UsageError } from "../src/arguments.js";
import { SCENARIOS } from "../src/scenarios/index.js";
import { SYSTEMS } from "../src/systems/index.js";

describe("parseArguments", () => {
  it("runs everything five times by default", () => {
    expect(parseArguments([])).toEqual({
      help: false,
      quick: false,
      runs: 5,
      systems: [...SYSTEMS.keys()],
      scenarios: SCENARIOS.map(({ name }) => name),
      json: null,
      plot: null,
    });
  });

  it("takes every option, after the -- that a package manager hands on", () => {
    const args = ["--", "--quick", "--runs", "2", "--json", "a.json", "--plot", "b.svg"];
    expect(parseArguments(args)).toMatchObject({ quick: true, runs: 2, json: "a.json", plot: "b.svg" });
  });

  it("lets --quick mean fewer runs", () => {
    expect(parseArguments(["--quick"]).runs).toBe(3);
  });

  it("selects systems and scenarios in their own order", () => {
    const { systems, scenarios } = parseArguments([
      "--only",
      "grpc-js,raw-net",
      "--scenario",
      "payload",
      "--scenario",
      "unary",
    ]);
    expect(systems).toEqual(["raw-net", "grpc-js"]);
    expect(scenarios).toEqual(["unary", "payload-1KiB", "payload-64KiB", "payload-1MiB", "payload-64MiB"]);
  });

  it("selects one payload size alone", () => {
    expect(parseArguments(["--scenario", "payload-1MiB"]).scenarios).toEqual(["payload-1MiB"]);
  });

  it.each([
    [["--runs", "0"], '--runs wants a whole number from 1 to 1000, not "0"'],
    [["--runs", "many"], '--runs wants a whole number from 1 to 1000, not "many"'],
    [["--runs", "1.5"], 'not "1.5"'],
    [["--only", "smoke-signals"], '--only: "smoke-signals" is none of'],
    [["--only", ""], '--only: "" is none of'],
    [["--scenario", "unary,idle"], '--scenario: "idle" is none of'],
    [["--plot", "plot.png"], '--plot writes SVG: "plot.png" does not end in .svg'],
    [["--fast"], "--fast"],
    [["--json"], "--json"],
    [["stray"], "stray"],
  ])("refuses %j", (args, message) => {
    expect(() => parseArguments(args)).toThrow(UsageError);
    expect(() => parseArguments(args)).toThrow(message);
  });

  it("names every system and scenario in the help", () => {
    for (const name of [...SYSTEMS.keys(), ...SCENARIOS.map((scenario) => scenario.name)]) {
      expect(HELP).toContain(`  ${name}\n`);
    }
  });
});
