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

  it("measures two systems in turn and writes what it found", { timeout: 60_000 }, async () => {
    const out = join(directory, "results");
    const { code, stdout, stderr } = await bench([
      "--quick",
      ...["--runs", "2"],
      ...["--systems", "raw-net,seqpacket-poll"],
      ...["--only", "unary,in-flight,payload"],
      ...["--out", out],
    ]);
    expect(code, stderr).toBe(0);
    const order = [
      "unary, raw-net",
      "unary, seqpacket-poll",
      "in-flight, raw-net",
      "in-flight, seqpacket-poll",
    ];
    const run = [...order, "payload, raw-net"];
    expect(stderr.split("\n").map((line) => line.replace(/^\[\d+ %, about \d+ s left\] /, ""))).toEqual([
      ...run.map((step) => `run 1 of 2: ${step}`),
      ...run.map((step) => `run 2 of 2: ${step}`),
      "",
    ]);
    expect(stdout).toContain("## 64 B echo, one call after the other");

    const report = JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
    expect(report).toMatchObject({ format: 2, quick: true, runs: 2, failures: [], unavailable: [] });
    expect(report.loads).toHaveLength(3);
    expect(Object.keys(report.values.unary)).toEqual(["raw-net", "seqpacket-poll"]);
    expect(Object.keys(report.values.payload)).toEqual(["raw-net"]);
    for (const metric of ["mean", "client CPU", "server CPU", "client allocates", "server allocates"]) {
      const runs: number[] = report.values.unary["raw-net"][metric];
      expect(runs, metric).toHaveLength(2);
      expect(Math.min(...runs), metric).toBeGreaterThan(0);
      expect(report.metrics.unary[metric]).toMatch(/lower is better$/);
    }
    const plots = [
      "overview",
      "payload-download",
      "payload-echo",
      "payload-upload",
      "throughput",
      "unary-distribution",
    ];
    expect(readdirSync(out).toSorted()).toEqual([
      ...plots.slice(0, 4).map((name) => `${name}.svg`),
      "results.json",
      "results.md",
      ...plots.slice(4).map((name) => `${name}.svg`),
    ]);
    expect(readFileSync(join(out, "results.md"), "utf8")).toContain("](payload-upload.svg)");
    // All but what it was asked to write is gone.
    expect(readdirSync(directory)).toEqual(["results"]);
  });

  it("measures ourselves in what takes more than one client", { timeout: 60_000 }, async () => {
    const only = ["--systems", "ncalrpc", "--only", "clients,fairness,contention,idle,start-up,workers"];
    const { code, stderr, stdout } = await bench(["--quick", ...only, "--out", directory]);
    expect(code, stderr).toBe(0);
    const { values } = JSON.parse(readFileSync(join(directory, "results.json"), "utf8"));
    expect(values.clients.ncalrpc["10 clients"][0]).toBeGreaterThan(0);
    expect(values.workers.ncalrpc.rate[0]).toBeGreaterThan(0);
    expect(values.fairness.ncalrpc["p50 beside"][0]).toBeGreaterThan(0);
    expect(values.contention.ncalrpc.mean[0]).toBeGreaterThan(0);
    expect(values["start-up"].ncalrpc.client[0]).toBeGreaterThan(0);
    expect(stdout).toContain("## Promised and measured");
  });

  it("fails for a promise only if it is asked to", { timeout: 60_000 }, async () => {
    const quick = ["--quick", "--systems", "raw-net", "--only", "unary"];
    expect((await bench(quick)).code).toBe(0);
    expect((await bench([...quick, "--check"])).code).toBe(3);
  });

  it("leaves nothing behind when it is interrupted", { timeout: 20_000 }, async () => {
    const { code } = await bench(["--quick", "--systems", "raw-net", "--only", "unary"], (interrupt) => {
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
    [["--systems", "telex"], 'bench: --systems: "telex" is none of'],
    [["--out", "/dev/null/there"], "bench: cannot write to /dev/null/there: ENOTDIR"],
  ])("says what is wrong with %j", async (args, message) => {
    const { code, stdout, stderr } = await bench(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
  });
});
