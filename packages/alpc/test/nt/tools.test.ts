import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** A machine with nothing but what a test puts there: its only folder of programs, and no Wine. */
let machine: string;
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "ncalrpc-tools-"));
  mkdirSync(join(machine, "bin"));
});
afterEach(() => rmSync(machine, { recursive: true, force: true }));

const program = (name: string, lines: string[]) => {
  const path = join(machine, "bin", name);
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(path, 0o755);
};
const tools = fileURLToPath(new URL("../../../../test/nt/harness/tools.mjs", import.meta.url));
const script = (isRoot: boolean) =>
  `import { findTools } from ${JSON.stringify(tools)}; console.log(JSON.stringify(findTools(process.env, ${isRoot})));`;
const find = (isRoot = true, env: Record<string, string> = {}) =>
  spawnSync(process.execPath, ["--input-type=module", "-e", script(isRoot)], {
    env: { PATH: join(machine, "bin"), WINE_FOLDER: machine, ...env },
    encoding: "utf8",
  });
/** What the real one does, as far as it matters here: the programs are there afterwards. */
const aptGet = () =>
  program("apt-get", [
    `echo "$@" >> ${join(machine, "asked")}`,
    'if [ "$1" = install ]; then',
    '  for name in "$@"; do case $name in',
    `    wine64) printf '#!/bin/sh\\n' > ${join(machine, "bin", "wine64")} ;;`,
    `    gcc-mingw-w64-x86-64) printf '#!/bin/sh\\n' > ${join(machine, "bin", "x86_64-w64-mingw32-gcc")}`,
    `      /bin/chmod 755 ${join(machine, "bin", "x86_64-w64-mingw32-gcc")} ;;`,
    "  esac; done",
    "fi",
  ]);

describe("what test:nt needs", () => {
  test("is asked for by name where it cannot be installed", () => {
    const { status, stderr } = find();
    expect(status).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      "test:nt: wine64 is missing (Debian: wine64)",
      "test:nt: x86_64-w64-mingw32-gcc is missing (Debian: gcc-mingw-w64-x86-64)",
      "test:nt: install with: apt-get install --no-install-recommends wine64 gcc-mingw-w64-x86-64",
    ]);
  });

  test("is installed by root, and only what is missing", () => {
    aptGet();
    program("wine64", []);
    const { status, stdout } = find();
    expect(status).toBe(0);
    expect(stdout).toContain("test:nt: installing gcc-mingw-w64-x86-64\n");
    expect(readFileSync(join(machine, "asked"), "utf8").trim().split("\n")).toEqual([
      "--version",
      "update -qq",
      "install -y -qq --no-install-recommends gcc-mingw-w64-x86-64",
    ]);
    expect(JSON.parse(stdout.split("\n").at(-2) ?? "")).toMatchObject({
      wine: join(machine, "bin", "wine64"),
      compiler: "x86_64-w64-mingw32-gcc",
    });
  });

  test.each([
    ["anybody but root", false, {}],
    ["anybody who does not want that", true, { NCALRPC_NT_INSTALL: "no" }],
  ])("is not installed by %s", (_, isRoot, env) => {
    aptGet();
    const { status, stderr } = find(isRoot, env);
    expect([status, stderr]).toEqual([1, expect.stringContaining("wine64 is missing")]);
    expect(() => readFileSync(join(machine, "asked"))).toThrow();
  });

  test("is still missing if the installation fails", () => {
    program("apt-get", ['[ "$1" = --version ]']);
    const { status, stderr } = find();
    expect([status, stderr]).toEqual([1, expect.stringContaining("x86_64-w64-mingw32-gcc is missing")]);
  });
});
