import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess } from "./run-in-process.js";

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "ncalrpc-options-"));
  const header = "/** @access anyone */ [uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)]";
  writeFileSync(
    join(cwd, "a.idl"),
    `#ifndef WIDE\n#error WIDE is not defined\n#endif\n${header} interface A { void F([in] WIDE a); }\n`,
  );
  writeFileSync(
    join(cwd, "b.idl"),
    `#ifndef __PIDL__\n#error no pidl\n#endif\n${header} interface B { void F([in] long a); }\n`,
  );
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe("options of every command that compiles", () => {
  it.each([
    ["check", "a.idl"],
    ["lint", "a.idl"],
    ["describe", "a.idl"],
    ["freeze", "a.idl", "--out", "frozen"],
    ["generate", "a.idl", "--out", "gen", "--plugin", "model"],
    ["breaking", "a.idl", "--against", "a.idl"],
  ])("%s %s takes -D", async (...args) => {
    expect((await runInProcess(args, {}, cwd)).code).toBe(1);
    expect(await runInProcess([...args, "-D", "WIDE=hyper"], {}, cwd)).toMatchObject({ code: 0, stderr: "" });
  });

  it("--dialect says whose IDL it is", async () => {
    expect((await runInProcess(["check", "b.idl"], {}, cwd)).stdout).toContain("no pidl");
    expect((await runInProcess(["check", "b.idl", "--dialect", "pidl"], {}, cwd)).code).toBe(0);
  });

  it("says what makes no sense", async () => {
    const dialect = await runInProcess(["check", "b.idl", "--dialect", "corba"], {}, cwd);
    expect([dialect.code, dialect.stderr]).toEqual([
      2,
      expect.stringContaining('--dialect is "corba"; give midl, widl, pidl or dce'),
    ]);
    expect((await runInProcess(["check", "b.idl", "-D", "1=2"], {}, cwd)).code).toBe(2);
  });
});
