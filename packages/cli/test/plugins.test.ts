import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixtures, runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ncalrpc-plugins-"));
  cpSync(fixtures, join(cwd, "idl"), { recursive: true });
});
afterEach(() => rmSync(cwd, { recursive: true }));

function generate(...args: string[]) {
  return runInProcess(["generate", "idl/sample.idl", "--out", "gen", ...args], {}, cwd);
}

function plugin(name: string, body: string): string {
  writeFileSync(join(cwd, name), body);
  return `./${name}`;
}

describe("generate --plugin", () => {
  it("runs the example of docs/plugins.md", async () => {
    const page = readFileSync(new URL("../../../docs/plugins.md", import.meta.url), "utf8");
    const [, example = ""] = /```js\n((?:.|\n)+?)```/.exec(page) ?? [];
    plugin("opnum-table.mjs", example);
    const args = ["generate", "idl/sample.idl", "--out", "docs", "--plugin", "./opnum-table.mjs"];
    expect(await runCli(args, { cwd })).toMatchObject({
      code: 0,
      stdout: "wrote     docs/Sample.md\n1 file written, 0 unchanged\n",
    });
    expect(readFileSync(join(cwd, "docs/Sample.md"), "utf8")).toMatch(
      /^# Sample 2\.1\n\n(?:.|\n)*\| 1 \| Add \| left, right \|/,
    );
    expect((await runCli([...args, "--check"], { cwd })).code).toBe(0);
  });

  it("runs ours by name, several of them, and without it the TypeScript one", async () => {
    await generate("--plugin", "typescript", "--plugin", "model");
    expect(readdirSync(join(cwd, "gen")).sort()).toEqual([
      "model.json",
      "sample-types.schema.ts",
      "sample-types.ts",
      "sample.schema.ts",
      "sample.ts",
    ]);
    expect((await generate("--check")).code).toBe(0);
  });

  it("finds a package where the command runs", async () => {
    mkdirSync(join(cwd, "node_modules/one-file"), { recursive: true });
    writeFileSync(
      join(cwd, "node_modules/one-file/package.json"),
      '{"name":"one-file","type":"module","exports":"./main.js"}',
    );
    writeFileSync(
      join(cwd, "node_modules/one-file/main.js"),
      'export default { name: "one", description: "d", generate: () => [{ path: "a/one.txt", text: "1" }] };',
    );
    expect((await generate("--plugin", "one-file")).stdout).toContain("wrote     gen/a/one.txt");
  });

  it.each([
    ["no plugin", "export default { name: 1 };", "is no plugin: its default export needs a name"],
    [
      "no files",
      'export default { name: "p", description: "d", generate: () => 1 };',
      "must return a list of files",
    ],
    [
      "a path out of the directory",
      'export default { name: "p", description: "d", generate: () => [{ path: "../x", text: "" }] };',
      "../x is not a place inside gen",
    ],
    [
      "one that throws",
      'export default { name: "p", description: "d", generate() { throw new Error("too many units"); } };',
      "plugin 'p' failed: too many units",
    ],
    ["one that can't be loaded", "export default {", "cannot load plugin"],
  ])("refuses %s, and writes nothing", async (name, body, message) => {
    const { code, stderr } = await generate(
      "--plugin",
      plugin(`${name.replaceAll(/[^a-z]/g, "-")}.mjs`, body),
    );
    expect(stderr).toContain(message);
    expect(code).toBe(1);
    expect(existsSync(join(cwd, "gen"))).toBe(false);
    expect(existsSync(join(cwd, "x"))).toBe(false);
  });

  it("refuses two plugins that make the same file, and a module that is not there", async () => {
    expect((await generate("--plugin", "model", "--plugin", "model")).stderr).toContain(
      "plugins 'model' and 'model' both make model.json",
    );
    expect((await generate("--plugin", "./nowhere.mjs")).stderr).toContain(
      "cannot load plugin './nowhere.mjs'",
    );
    expect((await generate("--plugin", "no-such-package")).stderr).toBe(
      "error: cannot load plugin 'no-such-package': Cannot find module 'no-such-package'\n",
    );
  });
});

describe("generate --hook", () => {
  const idl = `[ uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a1f), version(1.0) ] interface Calendar {
    typedef struct { short year; short month; short day; } Date;
    typedef [transmit_as(Date)] long Day;
    [maybe] void Mark([in] Day day);
}`;

  async function run(...args: string[]) {
    writeFileSync(join(cwd, "calendar.idl"), idl);
    return await runInProcess(["generate", "calendar.idl", "--out", "gen", ...args], {}, cwd);
  }

  it("has generated code convert a typedef, which it warns of otherwise", async () => {
    const without = await run();
    expect([without.code, without.stderr]).toEqual([
      0,
      ["warning: Calendar.Day: [transmit_as]: without a hook, programs see what is sent, not Day", ""].join(
        "\n",
      ),
    ]);
    const { code, stderr } = await run("--hook", "Day=../hooks.js#day");
    expect([code, stderr]).not.toContain("transmit_as");
    expect(readFileSync(join(cwd, "gen/calendar.ts"), "utf8")).toContain(
      'import { day } from "../hooks.js";',
    );
  });

  it("refuses what is no hook, and hooks of what is no typedef", async () => {
    expect((await run("--hook", "Day")).stderr).toContain("--hook is Day, not TYPE=MODULE#EXPORT");
    const { code, stderr } = await run("--hook", "Date=../hooks.js#date");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "no code can be generated for: the hook of Date, since no typedef has that name",
    );
  });
});
