import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { runInProcess } from "./run-in-process.js";

describe("lint", () => {
  it("shows each finding with its place and a hint", async () => {
    const { code, stdout, stderr } = await runCli(["lint", "sample.idl"]);
    await expect(stdout).toMatchFileSnapshot("golden/lint-sample.txt");
    expect([code, stderr]).toEqual([1, ""]);
  });

  it("judges by more rules when it is asked to", async () => {
    const found = async (...args: string[]) => {
      const { stdout } = await runInProcess(["lint", "sample.idl", "--json", ...args]);
      const report: { findings: { id: string }[] } = JSON.parse(stdout);
      return new Set(report.findings.map(({ id }) => id));
    };
    expect(await found()).not.toContain("missing-doc");
    expect(await found("--tier", "strict")).toContain("missing-doc");
  });

  it("does not judge what does not compile", async () => {
    const { code, stdout } = await runInProcess(["lint", "broken.idl"]);
    expect(stdout).toMatch(/error IDL0401(.|\n)*not judged: [0-9] errors\n$/);
    expect(code).toBe(1);
  });

  it("lists its rules", async () => {
    const { code, stdout } = await runInProcess(["lint", "--rules"]);
    expect(stdout).toMatch(/^unbounded-size +default +security +An array that a peer sizes/m);
    expect(code).toBe(0);
    expect(
      JSON.parse((await runInProcess(["lint", "--rules", "--json"])).stdout).rules.length,
    ).toBeGreaterThan(9);
  });

  it("knows what makes no sense", async () => {
    expect((await runInProcess(["lint"])).code).toBe(2);
    expect((await runInProcess(["lint", "--tier", "nice", "sample.idl"])).code).toBe(2);
  });
});
