import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";

let cwd: string;

/** `types.idl` is imported, so that every way of reading has to find it. */
function write(member: string, version = "1.0", methods = ""): void {
  writeFileSync(join(cwd, "idl/types.idl"), `typedef struct { ${member} } Point;\n`);
  writeFileSync(
    join(cwd, "idl/shapes.idl"),
    `import "types.idl";\n[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(${version})]\ninterface Shapes { void Draw([in] Point *point); ${methods} }\n`,
  );
}

function run(...args: string[]) {
  return runInProcess(args, {}, cwd);
}

function git(...args: string[]): void {
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], {
    cwd,
    stdio: "ignore",
  });
}

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "ncalrpc-versions-"));
  mkdirSync(join(cwd, "idl"));
  write("long x; long y;");
});
afterEach(() => rmSync(cwd, { recursive: true }));

describe("freeze", () => {
  it("writes the model and its hash beside the file, once", async () => {
    expect(await runCli(["freeze", "idl/shapes.idl"], { cwd })).toMatchObject({ code: 0, stderr: "" });
    expect(readdirSync(join(cwd, "idl")).sort()).toEqual([
      "Shapes.1.0.model.json",
      "Shapes.1.0.model.sha256",
      "shapes.idl",
      "types.idl",
    ]);
    expect((await run("freeze", "idl/shapes.idl")).stdout).toMatch(/^unchanged Shapes\.1\.0 [0-9a-f]{16}\n$/);
  });

  it("refuses to freeze a version that is frozen and has changed, unless it is forced", async () => {
    await run("freeze", "idl/shapes.idl", "--out", "frozen");
    write("long x; hyper y;");
    const { code, stdout, stderr } = await run("freeze", "idl/shapes.idl", "--out", "frozen");
    expect(code).toBe(1);
    expect(stdout).toContain("Shapes.Draw: point.y: was long, is hyper (type-changed)");
    expect(stderr).toContain("raise the version; nothing written");
    expect((await run("freeze", "idl/shapes.idl", "--out", "frozen", "--force")).code).toBe(0);
    expect((await run("freeze", "idl/shapes.idl", "--out", "frozen", "--check")).code).toBe(0);
  });

  it("--check sees what is missing, what has changed, and what was tampered with", async () => {
    const check = () => run("freeze", "idl/shapes.idl", "--out", "frozen", "--check");
    expect(await check()).toMatchObject({ code: 1, stdout: expect.stringContaining("missing   Shapes.1.0") });
    await run("freeze", "idl/shapes.idl", "--out", "frozen");
    expect(await check()).toMatchObject({ code: 0, stdout: "1 version checked, 0 not as frozen\n" });
    write("long x; short y;");
    expect(await check()).toMatchObject({ code: 1, stdout: expect.stringContaining("changed   Shapes.1.0") });
    write("long x; long y;");
    const path = join(cwd, "frozen/Shapes.1.0.model.json");
    writeFileSync(path, readFileSync(path, "utf8").replace("int32", "int16"));
    expect(await check()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("changed after it was frozen"),
    });
  });
});

describe("breaking", () => {
  const changed = "idl/shapes.idl: Shapes.Draw: point.y: wire type-changed: was long, is hyper";

  it("compares with a revision", async () => {
    git("init", "-q");
    git("add", "idl");
    git("commit", "-q", "-m", "first");
    expect(await runCli(["breaking", "--against", "HEAD", "idl/shapes.idl"], { cwd })).toEqual({
      code: 0,
      stdout: "nothing breaks\n",
      stderr: "",
    });
    write("long x; hyper y;");
    const { code, stdout } = await run("breaking", "--against", "HEAD", "idl/shapes.idl");
    expect(stdout).toBe(
      `${changed}\n  breaks: peers of the other version misread each other's messages\n  instead: leave it and add a method at the end\n\n1 breaking change\n`,
    );
    expect(code).toBe(1);
    const inside = await runInProcess(["breaking", "--against", "HEAD", "shapes.idl"], {}, join(cwd, "idl"));
    expect([inside.code, inside.stdout.split("\n")[0]]).toEqual([1, changed.slice("idl/".length)]);
  });

  it("compares with files, frozen models, and the newest model of a directory", async () => {
    await run("freeze", "idl/shapes.idl", "--out", "frozen");
    write("long x; long y;", "1.10", "void Second();");
    await run("freeze", "idl/shapes.idl", "--out", "frozen");
    writeFileSync(
      join(cwd, "now.idl"),
      readFileSync(join(cwd, "idl/shapes.idl"), "utf8").replace("void Second();", "").replace("1.10", "1.11"),
    );
    for (const against of ["frozen", "idl/shapes.idl", "frozen/Shapes.1.10.model.json"]) {
      const { code, stdout } = await run("breaking", "--against", against, "now.idl", "-I", "idl");
      expect([code, stdout.split("\n")[0]]).toEqual([
        1,
        "now.idl: Shapes.Second: wire method-removed: the method of opnum 1 is gone",
      ]);
    }
    expect(
      (await run("breaking", "--against", "frozen/Shapes.1.0.model.json", "now.idl", "-I", "idl")).code,
    ).toBe(0);
  });

  it("--tier wire leaves out what breaks programs only; --json is for scripts", async () => {
    writeFileSync(
      join(cwd, "old.idl"),
      readFileSync(join(cwd, "idl/shapes.idl"), "utf8").replace("Draw", "Paint"),
    );
    const args = ["breaking", "--against", "old.idl", "idl/shapes.idl", "-I", "idl", "--json"];
    const both = await run(...args);
    expect(JSON.parse(both.stdout)).toMatchObject({ findings: [{ rule: "method-renamed", tier: "source" }] });
    const wire = await run(...args, "--tier", "wire");
    expect([wire.code, JSON.parse(wire.stdout)]).toEqual([0, { findings: [] }]);
  });

  it("says what it can't compare with", async () => {
    expect((await run("breaking", "idl/shapes.idl")).code).toBe(2);
    expect((await run("breaking", "--against", "idl", "--tier", "x", "idl/shapes.idl")).code).toBe(2);
    const none = await run("breaking", "--against", "v9.9", "idl/shapes.idl");
    expect([none.code, none.stderr]).toEqual([
      1,
      "error: 'v9.9' is neither a file, nor a directory, nor a revision that git knows here\n",
    ]);
    expect((await run("breaking", "--against", "idl", "idl/shapes.idl")).stderr).toContain(
      "has no frozen models",
    );
    writeFileSync(join(cwd, "bad.model.json"), '{"format":1,"units":[{}]}');
    expect((await run("breaking", "--against", "bad.model.json", "idl/shapes.idl")).stderr).toContain(
      "not an interface model",
    );
    writeFileSync(join(cwd, "bad.idl"), "interface {");
    expect((await run("breaking", "--against", "bad.idl", "idl/shapes.idl")).stderr).toContain(
      "bad.idl cannot be read: ",
    );
  });
});

describe("describe", () => {
  it("shows interfaces as people read them", async () => {
    const { code, stdout, stderr } = await runCli(["describe", "sample.idl"]);
    await expect(stdout).toMatchFileSnapshot("golden/describe-sample.txt");
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("prints JSON", async () => {
    const { code, stdout } = await run("describe", "idl/shapes.idl", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      interfaces: [
        {
          name: "Shapes",
          methods: [{ opnum: 0, request: { min: 8, max: 8 }, response: { min: 0, max: 0 } }],
        },
      ],
    });
    expect(code).toBe(0);
  });

  it("fails for what has errors", async () => {
    writeFileSync(join(cwd, "bad.idl"), "interface {");
    expect((await run("describe", "bad.idl")).code).toBe(1);
  });
});
