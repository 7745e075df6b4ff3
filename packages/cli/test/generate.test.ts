import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateTypeScript } from "@ncalrpc/codegen";
import { compile, createNodeHost } from "@ncalrpc/idl";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixtures, runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";

let directory: string;
let out: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ncalrpc-generate-"));
  out = join(directory, "gen");
  cpSync(fixtures, join(directory, "idl"), { recursive: true });
});

afterEach(() => rmSync(directory, { recursive: true }));

function generate(...args: string[]) {
  return runInProcess(["generate", "idl/sample.idl", "--out", "gen", ...args], {}, directory);
}

function expectedFiles(): Map<string, string> {
  const { model } = compile([join(fixtures, "sample.idl")], createNodeHost());
  if (model === null) throw new Error("sample.idl has errors");
  return new Map(generateTypeScript(model).map(({ path, text }) => [path, text]));
}

function filesIn(folder: string): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

describe("generate", () => {
  it("writes what the library generates, and nothing else", async () => {
    const args = ["generate", "idl/sample.idl", "--out", "gen"];
    const { code, stdout, stderr } = await runCli(args, { cwd: directory });
    expect(filesIn(out)).toEqual(expectedFiles());
    expect(readdirSync(directory).sort()).toEqual(["gen", "idl"]);
    expect(stdout).toBe(
      [
        "wrote     gen/sample-types.ts",
        "wrote     gen/sample-types.schema.ts",
        "wrote     gen/sample.ts",
        "wrote     gen/sample.schema.ts",
        "4 files written, 0 unchanged\n",
      ].join("\n"),
    );
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("does not touch files that stay the same", async () => {
    await generate();
    writeFileSync(join(out, "sample-types.ts"), "old");
    const { ino, mtimeMs } = statSync(join(out, "sample.ts"));
    const { code, stdout } = await generate();
    expect(statSync(join(out, "sample.ts"))).toMatchObject({ ino, mtimeMs });
    expect(filesIn(out)).toEqual(expectedFiles());
    expect(stdout).toBe(
      [
        "wrote     gen/sample-types.ts",
        "unchanged gen/sample-types.schema.ts",
        "unchanged gen/sample.ts",
        "unchanged gen/sample.schema.ts",
        "1 file written, 3 unchanged\n",
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  it("writes nothing for IDL with errors", async () => {
    const { code, stdout, stderr } = await generate("idl/broken.idl");
    expect(existsSync(out)).toBe(false);
    expect(stderr).toContain("idl/broken.idl:6:5: error IDL0401: unknown type 'Colr'");
    expect(stderr).toMatch(/\nnothing generated: 3 errors\n$/);
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("replaces a symbolic link instead of writing where it leads", async () => {
    const elsewhere = join(directory, "elsewhere.ts");
    writeFileSync(elsewhere, "not generated");
    mkdirSync(out);
    symlinkSync(elsewhere, join(out, "sample.ts"));
    expect((await generate()).code).toBe(0);
    expect(readFileSync(elsewhere, "utf8")).toBe("not generated");
    expect(filesIn(out)).toEqual(expectedFiles());
  });

  it("says what it can't write", async () => {
    mkdirSync(join(out, "sample.ts"), { recursive: true });
    const { code, stderr } = await generate();
    expect(stderr).toMatch(/^error: cannot read gen\/sample.ts: EISDIR/);
    writeFileSync(join(directory, "file"), "");
    const onFile = await runInProcess(["generate", "idl/sample.idl", "--out", "file"], {}, directory);
    expect(onFile.stderr).toMatch(/^error: cannot read file\/sample-types.ts: ENOTDIR/);
    expect([code, onFile.code]).toEqual([1, 1]);
  });
});

describe("generate --check", () => {
  it("tells what is missing, writes nothing, and fails", async () => {
    const { code, stdout } = await generate("--check");
    expect(existsSync(out)).toBe(false);
    expect(stdout).toBe(
      [
        "missing   gen/sample-types.ts",
        "missing   gen/sample-types.schema.ts",
        "missing   gen/sample.ts",
        "missing   gen/sample.schema.ts",
        "4 files would be written, 0 unchanged\n",
      ].join("\n"),
    );
    expect(code).toBe(1);
  });

  it("is content with what was generated, and not with what was edited since", async () => {
    await generate();
    const fresh = await generate("--check");
    expect([fresh.code, fresh.stdout]).toEqual([0, "0 files would be written, 4 unchanged\n"]);
    writeFileSync(join(out, "sample.ts"), "edited");
    const edited = await generate("--check");
    expect(edited.stdout).toBe("outdated  gen/sample.ts\n1 file would be written, 3 unchanged\n");
    expect(edited.code).toBe(1);
    expect(readFileSync(join(out, "sample.ts"), "utf8")).toBe("edited");
  });
});
