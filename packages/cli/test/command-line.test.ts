import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli, startCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";

describe("help", () => {
  const commands = [
    "check",
    "generate",
    "format",
    "lint",
    "lsp",
    "breaking",
    "freeze",
    "describe",
    "list",
    "ping",
    "doctor",
    "call",
  ];

  it.each(commands)("of %s is as agreed", async (command) => {
    const { code, stdout, stderr } = await runInProcess([command, "--help"]);
    await expect(stdout).toMatchFileSnapshot(`golden/help-${command}.txt`);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("of the command itself is as agreed, and names each command", async () => {
    const { code, stdout } = await runCli(["-h"]);
    await expect(stdout).toMatchFileSnapshot("golden/help.txt");
    expect(commands.filter((command) => !stdout.includes(`\n  ${command} `))).toEqual([]);
    expect(code).toBe(0);
  });

  it("is what a command line without a command gets, as an error", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Usage: ncalrpc COMMAND/);
  });

  it("is given even where the rest of the command line is wrong", async () => {
    expect((await runInProcess(["call", "only-one", "-h"])).code).toBe(0);
  });
});

describe("version", () => {
  it("is that of the package", async () => {
    const record: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    const { code, stdout } = await runCli(["--version"]);
    expect(record).toMatchObject({ version: stdout.trim() });
    expect(code).toBe(0);
  });
});

describe("the repository", () => {
  it("has the command where npx looks", () => {
    const linked = fileURLToPath(new URL("../../../node_modules/.bin/ncalrpc", import.meta.url));
    expect(execFileSync(linked, ["--version"], { encoding: "utf8" })).toMatch(/^[0-9]+\.[0-9]+\.[0-9]+\n$/);
  });
});

describe("a wrong command line", () => {
  it("ends the process with 2", async () => {
    expect(await runCli(["lst"])).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: unknown command "lst", did you mean "list"?
Usage: ncalrpc COMMAND [arguments]
Try: ncalrpc --help
`,
    });
    expect((await runCli(["check", "--jsno", "a.idl"])).code).toBe(2);
  });

  it.each([
    [["lst"], 'unknown command "lst", did you mean "list"?'],
    [["gen"], 'unknown command "gen", did you mean "generate"?'],
    [["frobnicate"], 'unknown command "frobnicate"'],
    [["--verison"], 'unknown option "--verison", did you mean "--version"?'],
    [["check", "--jsno", "a.idl"], 'unknown option "--jsno", did you mean "--json"?'],
    [["check", "-x", "a.idl"], 'unknown option "-x"'],
    [["check", "--constructor", "a.idl"], 'unknown option "--constructor"'],
    [["check", "--json=yes", "a.idl"], "--json takes no value"],
    [["check"], "FILES is missing: IDL files."],
    [["generate", "sample.idl"], "--out is missing: say where the modules go, --out DIR"],
    [["generate", "sample.idl", "--out"], "--out needs a value: --out DIR"],
    [
      ["generate", "sample.idl", "--out", "--check"],
      '--out needs a value, and "--check" looks like an option',
    ],
    [["generate", "sample.idl", "--out", "a", "--out", "b"], "--out is given twice"],
    [
      ["generate", "sample.idl", "--out", "a", "--check", "--watch"],
      "--check and --watch exclude each other",
    ],
    [["list", "hello"], 'unexpected argument "hello"'],
    [["list", "--timeout", "soon"], '--timeout is "soon"; give an integer from 1 to 600000'],
    [["ping"], "ENDPOINT is missing"],
    [["ping", "hello", "--count", "0"], '--count is "0"; give an integer from 1 to 1000000'],
    [["ping", "tcp:[hello]"], "only the protocol sequence ncalrpc is supported"],
    [["ping", "ncalrpc:[hello"], "the [ is not closed"],
    [["ping", "a b"], "is not a port name"],
    [["call", "hello"], "INTERFACE.METHOD is missing"],
    [["call", "hello", "Sample.Add"], "--idl is missing: say which file describes the interface, --idl FILE"],
  ])("%j is told what is wrong", async (args, message) => {
    const { code, stdout, stderr } = await runInProcess(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/\nTry: ncalrpc .*--help\n$/);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe("output", () => {
  it("ends quietly when its reader has gone", async () => {
    const child = startCli(["check", "--help"]);
    child.stdout?.destroy();
    let stderr = "";
    child.stderr?.on("data", (chunk) => {
      stderr += String(chunk);
    });
    const [code] = await once(child, "close");
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("has no colours where it is no terminal", async () => {
    const { stdout } = await runCli(["check", "broken.idl"]);
    expect(stdout).toContain("error IDL");
    expect(stdout).not.toContain("\u001b");
  });

  it("has colours on a terminal, unless NO_COLOR says otherwise", async () => {
    const terminal = { NODE_OPTIONS: "--import=data:text/javascript,process.stdout.isTTY=true" };
    const colored = await runCli(["check", "broken.idl"], { env: { ...terminal, NO_COLOR: "" } });
    expect(colored.stdout).toContain("\u001b[31merror IDL0401:\u001b[0m");
    const plain = await runCli(["check", "broken.idl"], { env: { ...terminal, NO_COLOR: "1" } });
    expect(plain.stdout).not.toContain("\u001b");
  });
});
