import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";

const UNFORMATTED = "// c\ninterface A{void F( [in]long a ) ;}\n";
const FORMATTED = "// c\ninterface A {\n    void F([in] long a);\n}\n";
let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ncalrpc-format-"));
  writeFileSync(join(cwd, "a.idl"), UNFORMATTED);
  writeFileSync(join(cwd, "b.idl"), FORMATTED);
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe("format", () => {
  it("prints the text and writes nothing", async () => {
    expect(await runCli(["format", "a.idl"], { cwd })).toEqual({ code: 0, stdout: FORMATTED, stderr: "" });
    expect(readFileSync(join(cwd, "a.idl"), "utf8")).toBe(UNFORMATTED);
  });

  it("formats the standard input", async () => {
    expect(await runCli(["format", "-"], { cwd, input: UNFORMATTED })).toEqual({
      code: 0,
      stdout: FORMATTED,
      stderr: "",
    });
  });

  it("--check names what would change", async () => {
    const { code, stdout } = await runInProcess(["format", "--check", "a.idl", "b.idl"], {}, cwd);
    expect([code, stdout]).toEqual([1, "unformatted a.idl\n1 file would be written, 1 unchanged\n"]);
    expect(readFileSync(join(cwd, "a.idl"), "utf8")).toBe(UNFORMATTED);
    expect((await runInProcess(["format", "--check", "b.idl"], {}, cwd)).code).toBe(0);
  });

  it("--write writes what changes", async () => {
    const { code, stdout } = await runInProcess(["format", "--write", "a.idl", "b.idl"], {}, cwd);
    expect([code, stdout]).toEqual([0, "formatted a.idl\n1 file written, 1 unchanged\n"]);
    expect(readFileSync(join(cwd, "a.idl"), "utf8")).toBe(FORMATTED);
  });

  it("leaves a file with lexical errors alone, and says why", async () => {
    writeFileSync(join(cwd, "a.idl"), "interface A { /* open");
    const { code, stderr } = await runInProcess(["format", "--write", "a.idl"], {}, cwd);
    expect(code).toBe(1);
    expect(stderr).toContain("a.idl:1:15: error IDL0102");
    expect(stderr).toContain("1 file left as they are");
    expect(readFileSync(join(cwd, "a.idl"), "utf8")).toBe("interface A { /* open");
  });

  it("knows what makes no sense", async () => {
    expect((await runInProcess(["format", "--check", "--write", "a.idl"], {}, cwd)).code).toBe(2);
    const missing = await runInProcess(["format", "nowhere.idl"], {}, cwd);
    expect([missing.code, missing.stderr]).toEqual([
      1,
      "error: cannot read 'nowhere.idl': check its path, that it is a file and no directory, and that you may read it\n",
    ]);
  });
});
