import { describe, expect, it } from "vitest";
import { parseScctlArguments, UsageError } from "../src/scctl-arguments.js";

describe("scctl's arguments", () => {
  it("name a command, a service and an endpoint", () => {
    expect(parseScctlArguments(["start", "web", "--endpoint", "mine"])).toEqual({
      command: "start",
      name: "web",
      binding: "ncalrpc:[mine]",
      follow: false,
      last: null,
    });
    expect(parseScctlArguments(["list"])).toMatchObject({
      command: "list",
      binding: "ncalrpc:[service-control]",
    });
    expect(parseScctlArguments(["log", "web", "--follow", "--bytes", "10"])).toMatchObject({
      follow: true,
      last: 10,
    });
    expect(parseScctlArguments(["--endpoint", "ncalrpc:[x]", "list"])?.binding).toBe("ncalrpc:[x]");
  });

  it("may ask for help, whatever else they say", () => {
    expect(parseScctlArguments(["--help"])).toBeNull();
    expect(parseScctlArguments(["start", "-h"])).toBeNull();
  });

  it.each([
    [[], "give a command"],
    [["launch", "web"], 'unknown command "launch"'],
    [["start"], "start takes the name of one service"],
    [["start", "a", "b"], "start takes the name of one service"],
    [["list", "a"], "list takes no name"],
    [["stop", "a", "--follow"], "--follow and --bytes belong to log, not to stop"],
    [["log", "a", "--bytes", "many"], '--bytes takes a positive integer, not "many"'],
    [["log", "a", "--bytes", "0"], "--bytes takes a positive integer"],
    [["list", "--loud"], "--loud"],
  ])("are refused with a reason: %j", (args, expected) => {
    const attempt = () => parseScctlArguments(args);
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(expected);
  });
});
