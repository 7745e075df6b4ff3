import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("the bench as a command", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "bench-test-"));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  /** `TMPDIR` is ours, so that what the bench leaves behind can be seen. */
  function bench(
    args: readonly string[],
    onProgress: (kill: () => void) => void = () => {},
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, TMPDIR: directory } });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
      });
      child.stderr.on("data", (chunk) => {
        stderr += chunk;
        onProgress(() => child.kill("SIGINT"));
      });
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  it("measures two systems and writes what it found", { timeout: 30_000 }, async () => {
    const json = join(directory, "bench.json");
    const plot = join(directory, "bench.svg");
    const { code, stdout, stderr } = await bench([
      "--quick",
      ...["--runs", "2"],
      ...["--only", "raw-net,seqpacket-poll"],
      ...["--scenario", "unary,in-flight,payload-1KiB,payload-1MiB"],
      ...["--json", json],
      ...["--plot", plot],
    ]);
    expect(stderr).toBe(
      ["1 of 2: raw-net", "1 of 2: seqpacket-poll", "2 of 2: raw-net", "2 of 2: seqpacket-poll"]
        .map((line) => `run ${line}\n`)
        .join(""),
    );
    expect(code).toBe(0);
    expect(stdout).toContain("## 64 B echo, one call after the other");

    const report = JSON.parse(readFileSync(json, "utf8"));
    expect(report).toMatchObject({ format: 1, quick: true, runs: 2, failures: [] });
    expect(report.loads).toHaveLength(3);
    // Two metrics of four scenarios for one system, of three for the other.
    expect(report.records).toHaveLength(2 * (4 + 3));
    for (const record of report.records) {
      expect(record.median).toBeGreaterThan(0);
      expect(record.runs).toHaveLength(2);
    }
    expect(report.unavailable).toEqual([
      { system: "seqpacket-poll", scenario: "payload-1MiB", reason: "larger than one packet" },
    ]);
    expect(readFileSync(plot, "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(readdirSync(directory).toSorted()).toEqual(["bench.json", "bench.svg"]);
  });

  it("compares with ncalrpc", { timeout: 30_000 }, async () => {
    const json = join(directory, "bench.json");
    const only = ["--only", "ncalrpc,raw-net", "--scenario", "unary,idle-memory"];
    const { code, stderr } = await bench(["--quick", "--runs", "1", ...only, "--json", json]);
    expect(code, stderr).toBe(0);
    const { records } = JSON.parse(readFileSync(json, "utf8"));
    const ratio = (system: string): unknown =>
      records.find(
        (record: { system: string; metric: string }) => record.system === system && record.metric === "p50",
      )?.ratio;
    expect(ratio("ncalrpc")).toBe(1);
    expect(ratio("raw-net")).toBeGreaterThan(0);
  });

  it("leaves nothing behind when it is interrupted", { timeout: 20_000 }, async () => {
    const { code } = await bench(["--quick", "--only", "raw-net", "--scenario", "unary"], (interrupt) => {
      setTimeout(interrupt, 300);
    });
    expect(code).toBe(130);
    expect(readdirSync(directory)).toEqual([]);
  });

  it("explains itself", async () => {
    const { code, stdout } = await bench(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run bench/);
  });

  it.each([
    [["--only", "telex"], 'bench: --only: "telex" is none of'],
    [["--json", "/nowhere/at/all.json"], "bench: cannot write to /nowhere/at: ENOENT"],
  ])("says what is wrong with %j", async (args, message) => {
    const { code, stdout, stderr } = await bench(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });
});
