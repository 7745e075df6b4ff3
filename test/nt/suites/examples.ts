import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { currentUser } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Outcome, Program } from "./programs.js";

/** A program of an example, as a Windows process of its own. */
function example(path: string, ...args: string[]): Program {
  const file = fileURLToPath(new URL(`../../../examples/${path}.js`, import.meta.url));
  return new Program(process.execPath, file, ...args);
}

describe("hello", () => {
  it("is answered across processes, with who is asking", async () => {
    await using _server = example("hello/dist/server");
    let outcome: Outcome;
    do outcome = await example("hello/dist/client", "Windows").outcome();
    while (outcome.stderr.includes("RPC_S_SERVER_UNAVAILABLE"));
    expect(outcome.stderr).toBe("");
    expect(outcome.stdout).toMatch(/^Hello Windows, you are S-1-5-[0-9-]+ in process \d+\s*$/);
    expect(outcome.stdout).toContain(`${currentUser()} `);
  });
});

describe.each([
  { who: "its owner", managers: undefined, isAllowed: true },
  { who: "somebody else", managers: ["S-1-5-21-1-2-3-4711"], isAllowed: false },
])("service-control, managed by $who", ({ managers, isAllowed }) => {
  const endpoint = `scd-${process.pid}-${isAllowed}`;
  const path = join(tmpdir(), `${endpoint}.json`);
  const ticker = fileURLToPath(
    new URL("../../../examples/service-control/dist/services/ticker.js", import.meta.url),
  );
  const scctl = (...args: string[]) =>
    example("service-control/dist/scctl", ...args, "--endpoint", endpoint).outcome();
  let daemon: Program;

  beforeAll(async () => {
    const services = { ticker: { command: [process.execPath, ticker], environment: { TICK: "20" } } };
    writeFileSync(path, JSON.stringify({ endpoint, managers, services }));
    daemon = example("service-control/dist/scd", path);
    await daemon.says("listens on");
  });
  afterAll(async () => {
    await daemon.kill();
    rmSync(path);
  });

  it("shows anyone its services", async () => {
    expect(await scctl("list")).toMatchObject({ code: 0, stdout: expect.stringMatching(/ticker +STOPPED/) });
    expect(await scctl("status", "ticker")).toMatchObject({ code: 0, stderr: "" });
  });

  it.runIf(isAllowed)("starts a service, reads its log and stops it", async () => {
    expect(await scctl("start", "ticker")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/state +RUNNING[\s\S]*asked by +S-1-5-/),
    });
    await expect
      .poll(async () => (await scctl("log", "ticker")).stdout, { timeout: 20_000 })
      .toMatch(/^tick 1\ntick 2\n/);
    expect(await scctl("stop", "ticker")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/state +STOPPED/),
    });
  });

  it.runIf(!isAllowed)("lets nobody else start one", async () => {
    const { code, stderr } = await scctl("start", "ticker");
    expect(code).toBe(1);
    expect(stderr).toContain("RPC_S_ACCESS_DENIED");
    expect(stderr).toContain(`${currentUser()} may not use ServiceControl.start`);
    expect((await scctl("status", "ticker")).stdout).toMatch(/state +STOPPED/);
    expect(daemon.stderr).toMatch(/denied process \d+: S-1-5-[0-9-]+ may not use ServiceControl\.start/);
  });
});
