import { readdirSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { PortDirectory, Program } from "./processes.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

it("shows what it says and leaves nothing behind", async () => {
  using directory = new PortDirectory();
  vi.stubEnv("TMPDIR", directory.path);
  const { code, stdout, stderr } = await new Program("tour").outcome();
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/scd stops its services: exit code 0\n$/);
  expect(readdirSync(directory.path)).toEqual([]);
});

it("leaves nothing behind when it is interrupted", async () => {
  using directory = new PortDirectory();
  vi.stubEnv("TMPDIR", directory.path);
  const tour = new Program("tour");
  await tour.says("it starts ticker");
  const [, daemon] = /in process (\d+)/.exec(tour.stdout) ?? [];
  const { code, stderr } = await tour.end();
  expect(code).toBe(1);
  expect(stderr).toContain("interrupted");
  expect(readdirSync(directory.path)).toEqual([]);
  expect(() => process.kill(Number(daemon), 0)).toThrow("ESRCH");
});

it("fails, and says at which step, when something does not do what it should", async () => {
  using directory = new PortDirectory();
  vi.stubEnv("TMPDIR", directory.path);
  const tour = new Program("tour");
  await tour.says("the kernel says who asked");
  const [, daemon] = /in process (\d+)\n/.exec(tour.stdout) ?? [];
  const [, ticker] = /RUNNING as process (\d+)\n/.exec(tour.stdout) ?? [];
  process.kill(Number(daemon), "SIGKILL");
  const { code, stderr } = await tour.outcome();
  process.kill(-Number(ticker), "SIGKILL");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^\nstep [5-7] failed: RPC_S_CALL_FAILED/);
  expect(readdirSync(directory.path)).toEqual([]);
});
