import { mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";
import { SampleServers } from "./sample-server.js";

const isRoot = process.getuid?.() === 0;

let servers: SampleServers;

beforeAll(async () => {
  servers = new SampleServers();
  await servers.start("sample");
});

afterAll(() => servers[Symbol.asyncDispose]());

function commandLine(method: string, json?: string, ...rest: string[]): string[] {
  return ["call", "sample", method, ...(json === undefined ? [] : [json]), "--idl", "sample.idl", ...rest];
}

function call(method: string, json?: string, ...rest: string[]) {
  return runInProcess(commandLine(method, json, ...rest), servers.env);
}

function callFromProcess(method: string, json?: string, ...rest: string[]) {
  return runCli(commandLine(method, json, ...rest), { env: servers.env });
}

const request = {
  item: { name: "größe", color: "GREEN", id: "9007199254740993" },
  data: "AAEC/w==",
  numbers: ["-1", 2, "9223372036854775807"],
  ratio: "Infinity",
};

describe("call", () => {
  it("takes and gives every JSON form", async () => {
    const { code, stdout, stderr } = await callFromProcess("Sample.Echo", JSON.stringify(request));
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      sameItem: { name: "größe", color: 1, id: "9007199254740993" },
      sameData: "AAEC/w==",
      sameNumbers: ["-1", "2", "9223372036854775807"],
      sameRatio: "Infinity",
    });
    expect(code).toBe(0);
  });

  it("refuses what no JSON stands for, before anything is sent", async () => {
    const { code, stderr } = await runInProcess(
      ["call", "nobody", "Handles.OpenLog", "{}", "--idl", "handles.idl"],
      servers.env,
    );
    expect(code).toBe(2);
    expect(stderr).toContain("Handles.OpenLog carries system handles, which have no JSON form");
  });

  it("reads the request from standard input", async () => {
    const { code, stdout } = await runCli(
      ["call", "ncalrpc:[sample]", "Sample.Add", "-", "--idl", "sample.idl"],
      {
        env: servers.env,
        input: '{ "left": "4611686018427387904", "right": 1 }',
      },
    );
    expect([code, stdout]).toEqual([0, '"4611686018427387905"\n']);
  });

  it("takes a method's TypeScript name too, and no request where there are no parameters", async () => {
    const { code, stdout } = await call("Sample.nothing");
    expect([code, stdout]).toEqual([0, "null\n"]);
  });

  it("prints the id of a context handle", async () => {
    const { code, stdout } = await call("Sample.Open");
    expect(JSON.parse(stdout)).toEqual({ session: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(code).toBe(0);
  });

  it("leaves no temporary files behind", async () => {
    const temporary = mkdtempSync(join(tmpdir(), "ncalrpc-temporary-"));
    const { code } = await runCli(commandLine("Sample.Nothing"), {
      env: { ...servers.env, TMPDIR: temporary },
    });
    expect(readdirSync(temporary)).toEqual([]);
    rmdirSync(temporary);
    expect(code).toBe(0);
  });
});

describe("a call that fails", () => {
  it("shows status, number and what the server said", async () => {
    const { code, stdout, stderr } = await callFromProcess("Sample.Refuse", '{ "why": "not today" }');
    expect(stderr).toBe("error RPC_S_INVALID_ARG (87): an argument is invalid\n  details: not today\n");
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("can't steer the terminal", async () => {
    const { stderr } = await call("Sample.Refuse", JSON.stringify({ why: "\u001b[2Jgone" }));
    expect(stderr).toContain("  details: \\u001b[2Jgone\n");
  });

  it("is an object for scripts with --json", async () => {
    const { code, stdout } = await call("Sample.Refuse", '{ "why": "not today" }', "--json");
    expect(JSON.parse(stdout)).toEqual({
      error: {
        status: "RPC_S_INVALID_ARG",
        number: 87,
        meaning: "an argument is invalid",
        details: "not today",
        next: null,
      },
    });
    expect(code).toBe(1);
  });

  it("tells nothing of what the server keeps to itself", async () => {
    const { code, stderr } = await call("Sample.Crash");
    expect(stderr).toContain("error RPC_S_CALL_FAILED (1726)");
    expect(stderr).toContain("  next: see the server's log");
    expect(stderr).not.toContain("secret");
    expect(code).toBe(1);
  });

  it("ends at its timeout", async () => {
    const { code, stderr } = await callFromProcess(
      "Sample.Sleep",
      '{ "milliseconds": 60000 }',
      "--timeout",
      "300",
    );
    expect(stderr).toContain("error RPC_S_TIMEOUT (1460)");
    expect(code).toBe(1);
  });

  it("is refused by the method's descriptor", async () => {
    const { code, stderr } = await call("Sample.Forbidden");
    expect(stderr).toContain("error RPC_S_ACCESS_DENIED (5)");
    expect(stderr).toContain("  next: call as a user whom the server allows");
    expect(code).toBe(1);
  });

  it.runIf(isRoot)("is refused to another user", async () => {
    const args = ["call", "sample", "Sample.Nothing", "--idl", "sample.idl"];
    const { code, stderr } = await runCli(args, { env: servers.env, uid: 54_321 });
    expect(stderr).toContain("error RPC_S_ACCESS_DENIED (5)");
    expect(code).toBe(1);
  });

  it("finds no server", async () => {
    const args = ["call", "nobody", "Sample.Nothing", "--idl", "sample.idl"];
    const { code, stderr } = await runInProcess(args, servers.env);
    expect(stderr).toContain("error RPC_S_SERVER_UNAVAILABLE (1722)");
    expect(code).toBe(1);
  });

  it("finds no such interface at the server", async () => {
    const { code, stderr } = await runInProcess(
      ["call", "sample", "Importing.Favourite", "--idl", "importing/importing.idl", "-I", "."],
      servers.env,
    );
    expect(stderr).toContain("error RPC_S_UNKNOWN_IF (1717)");
    expect(stderr).toContain("5b1d3c60-7c1e-4d5a-8f43-1f6f0c7d2b12 v1.0");
    expect(code).toBe(1);
  });

  it("needs IDL without errors", async () => {
    const { code, stderr } = await runInProcess(["call", "sample", "Broken.Paint", "--idl", "broken.idl"]);
    expect(stderr).toContain("error IDL0401: unknown type 'Colr'");
    expect(stderr).toMatch(/\nerror: not called: 3 errors in the IDL\n$/);
    expect(code).toBe(1);
  });

  it("can't use a handle of another connection", async () => {
    const { code, stderr } = await call(
      "Sample.Use",
      '{ "session": "6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10" }',
    );
    expect(stderr).toContain("error RPC_X_SS_HANDLES_MISMATCH (1778)");
    expect(stderr).toContain("  next: a context handle lives on one connection");
    expect(code).toBe(1);
  });
});

describe("a call that is not made", () => {
  it.each([
    ["Sample", "{}", '"Sample" is not INTERFACE.METHOD, such as Hello.Greet'],
    ["Sampel.Add", "{}", 'there is no interface "Sampel", did you mean "Sample"?; there are: Sample'],
    ["Sample.Ad", "{}", 'Sample has no method "Ad", did you mean "Add"?; there are: Echo, Add, Nothing'],
    ["Sample.Add", "{", "the parameters are not JSON: "],
    ["Sample.Add", "[1, 2]", 'the parameters are not a JSON object; add takes { "left": ..., "right": ... }'],
    ["Sample.Add", '{ "left": 1, "rigth": 2 }', 'add has no parameter "rigth", did you mean "right"?'],
    ["Sample.Nothing", '{ "x": 1 }', 'nothing has no parameter "x"; nothing takes none: {}'],
    ["Sample.Sleep", '{ "milliseconds": 60001 }', "  milliseconds: Too big: expected number to be <=60000"],
  ])("%s %s", async (method, json, message) => {
    const { code, stdout, stderr } = await call(method, json);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("tells every place that is wrong", async () => {
    const wrong = {
      item: { name: 5, color: "PURPLE", id: "9223372036854775808" },
      data: "not base64!",
      numbers: [1, "two", 3.5],
      ratio: "fast",
    };
    const { code, stderr } = await callFromProcess("Sample.Echo", JSON.stringify(wrong));
    await expect(stderr).toMatchFileSnapshot("golden/call-schema-violations.txt");
    expect(code).toBe(2);
  });
});
