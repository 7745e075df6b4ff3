import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";

describe("check", () => {
  it("finds nothing in good files", async () => {
    const { code, stdout, stderr } = await runCli(["check", "sample.idl"]);
    expect(stdout).toBe("2 files checked: no findings\n");
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("shows each finding with its place and a hint", async () => {
    const { code, stdout } = await runCli(["check", "sample.idl", "broken.idl"]);
    await expect(stdout).toMatchFileSnapshot("golden/check-broken.txt");
    expect(code).toBe(1);
  });

  it("prints the findings as JSON", async () => {
    const { code, stdout, stderr } = await runCli(["check", "--json", "broken.idl"]);
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({
      files: ["broken.idl"],
      diagnostics: [{ file: "broken.idl", line: 1 }, {}, {}],
    });
    expect([code, stderr]).toEqual([1, ""]);
  });

  it("prints an empty list as JSON for good files", async () => {
    const { code, stdout } = await runCli(["check", "--json", "sample.idl"]);
    expect(JSON.parse(stdout)).toEqual({ files: ["sample.idl", "sample-types.idl"], diagnostics: [] });
    expect(code).toBe(0);
  });

  it("looks for imports where -I says", async () => {
    const source = "importing/importing.idl";
    expect((await runInProcess(["check", source])).code).toBe(1);
    expect((await runInProcess(["check", source, "-I", "."])).code).toBe(0);
    expect((await runInProcess(["check", source, "-I", "golden", "--include=."])).code).toBe(0);
  });

  it("says that a file can't be read", async () => {
    const { code, stdout } = await runInProcess(["check", "nowhere.idl"]);
    expect(stdout).toContain("nowhere.idl:1:1: error IDL0001");
    expect(code).toBe(1);
  });
});
