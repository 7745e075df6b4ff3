import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runInProcess } from "./run-in-process.js";

interface Report {
  readonly kernel: string;
  readonly findings: readonly { topic: string; what: string; observed: string; verdict: string }[];
}

const directory = mkdtempSync(join(tmpdir(), "ncalrpc-doctor-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe("doctor", () => {
  it("prints what the system offers, by topic", async () => {
    const { code, stdout, stderr } = await runInProcess(["doctor"], { NCALRPC_DIR: directory });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^system\n {5}Linux +\d/);
    for (const feature of ["SO_PASSRIGHTS", "SO_PEERPIDFD", "Yama"])
      expect(stdout).toContain(`     ${feature} `);
    expect(stdout).toMatch(/\n {2}\+ {2}sealed memory files +there\n/);
    expect(stdout).toContain(`port directories\n  +  ${directory}`);
  });

  it("prints JSON for scripts", async () => {
    const { code, stdout } = await runInProcess(["doctor", "--json"], { NCALRPC_DIR: directory });
    const report: Report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.kernel).toBe("linux");
    const safe = { topic: "port directories", what: directory, observed: "safe", verdict: "good" };
    expect(report.findings).toContainEqual(safe);
  });

  it("exits with 1 and a mark if something is amiss: a directory that others can write to", async () => {
    chmodSync(directory, 0o777);
    const { code, stdout } = await runInProcess(["doctor"], { NCALRPC_DIR: directory });
    chmodSync(directory, 0o700);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n {2}! {2}\S+ +the port directory \S+ can be written to by others/);
  });

  it("says of a directory that is not there that it is not there", async () => {
    const missing = join(directory, "missing");
    const { code, stdout } = await runInProcess(["doctor"], { NCALRPC_DIR: missing });
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`\\n {5}${missing} +does not exist\\n`));
  });
});
