import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../src/config.js";
import { ConfigError } from "../src/config-error.js";

const parse = (value: unknown) => parseConfig(JSON.stringify(value), "/etc/scd/services.json");

describe("a configuration", () => {
  it("needs no more than a command for each service", () => {
    expect(parse({ services: { web: { command: ["node", "web.js"] } } })).toEqual({
      endpoint: "service-control",
      administrators: [],
      services: {
        web: {
          command: ["node", "web.js"],
          workingDirectory: "/etc/scd",
          environment: {},
          autoStart: false,
          stopGrace: 5_000,
          logSize: 1_048_576,
          restart: { limit: 5, delay: 200, maxDelay: 10_000, resetAfter: 60_000 },
        },
      },
    });
  });

  it("has working directories relative to its file", () => {
    const { services } = parse({ services: { web: { command: ["x"], workingDirectory: "../web" } } });
    expect(services["web"]?.workingDirectory).toBe("/etc/web");
  });

  it("is what the example's own file holds", () => {
    const path = new URL("../services.json", import.meta.url).pathname;
    expect(Object.keys(loadConfig(path).services)).toEqual(["ticker", "crasher", "chatter"]);
  });
});

describe("a configuration that makes no sense", () => {
  it.each([
    ["no services", {}, "services: "],
    ["a command that is text", { services: { a: { command: "node x" } } }, "services.a.command: "],
    ["an empty command", { services: { a: { command: [] } } }, "services.a.command"],
    ["an argument that is a number", { services: { a: { command: ["a", 1] } } }, "services.a.command.1: "],
    [
      "a negative limit",
      { services: { a: { command: ["a"], restart: { limit: -1 } } } },
      "services.a.restart.limit: ",
    ],
    ["a huge log", { services: { a: { command: ["a"], logSize: 1e12 } } }, "services.a.logSize: "],
    [
      "an unknown field",
      { services: { a: { command: ["a"], colour: "red" } } },
      'services.a: Unrecognized key: "colour"',
    ],
    [
      "a name with a space",
      { services: { "a b": { command: ["a"] } } },
      "services.a b: a service's name consists of",
    ],
    [
      "too many services",
      { services: Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`s${n}`, { command: ["a"] }])) },
      "services: at most 256 services",
    ],
    ["a manager that is no SID", { managers: ["root"], services: {} }, "managers.0: a manager is a SID"],
    ["a bad group", { administrators: [true], services: {} }, "administrators.0: "],
  ])("is refused with the field's path: %s", (_, value, expected) => {
    const attempt = () => parse(value);
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(`/etc/scd/services.json: ${expected}`);
  });

  it("names all that is wrong, a line each", () => {
    const attempt = () =>
      parse({ services: { a: { command: [] }, b: { command: ["b"], stopGrace: "long" } } });
    expect(attempt).toThrow(/services\.a\.command.*\n.*services\.b\.stopGrace/);
  });

  it("is refused with line and column if it is not JSON", () => {
    expect(() => parseConfig('{\n  "services": {}\n  "a": 1\n}', "s.json")).toThrow(
      /^s\.json:3:3: not JSON: /,
    );
    expect(() => parseConfig('{\n  "services": {', "s.json")).toThrow(/^s\.json.*: not JSON: /);
  });

  it("is refused if it cannot be read", () => {
    expect(() => loadConfig("/nowhere/services.json")).toThrow(
      "/nowhere/services.json: cannot be read: ENOENT",
    );
  });
});
