import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Probe } from "../../dist/gen/probe.js";
import { makeOctets, sumOf } from "../../dist/probe-handlers.js";
import { ServerProcess } from "../../dist/server-process.js";
import { statusOf } from "../../runtime-suite.js";
import { Program, sample } from "./programs.js";

const octets = makeOctets(100_000, 5);

describe("a client in C of a server of ours", () => {
  const endpoint = `for-c-${process.pid}`;
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({ endpoint });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it("binds, calls, sends and receives views, and is told of mistakes", async () => {
    const { code, stdout } = await new Program(sample("client"), endpoint).outcome();
    const uploaded = Uint8Array.from({ length: 100_000 }, (_, i) => i);
    expect(stdout.split(/\r?\n/)).toEqual([
      "unknown interface: 1717",
      "unknown version: 1717",
      "bind: 0",
      "add 42",
      "procnum 4711: 1745",
      `upload 100000 ${sumOf(uploaded)}`,
      "download 100 100 in the message, 0 wrong",
      "download 100000 100000 in a view, 0 wrong",
      "add 42",
      "",
    ]);
    expect(code).toBe(0);
  });

  it("does so beside a client of ours", async () => {
    await using probe = await Probe.connect(`ncalrpc:[${endpoint}]`);
    const clients = Array.from({ length: 3 }, () => new Program(sample("client"), endpoint).outcome());
    for (let i = 0; i < 100; i++) expect(await probe.add(i, 1)).toBe(i + 1);
    expect((await Promise.all(clients)).map(({ code }) => code)).toEqual([0, 0, 0]);
    await expect.poll(async () => (await probe.census()).connections, { timeout: 5_000 }).toBe(1);
  });
});

describe("a server in C with a client of ours", () => {
  const endpoint = `in-c-${process.pid}`;
  const binding = `ncalrpc:[${endpoint}]`;
  let server: Program;
  beforeAll(async () => {
    server = new Program(sample("server"), endpoint);
    await server.says("ready");
  });
  afterAll(() => server.kill());

  it("answers calls, in messages and in views, until its last client has gone", async () => {
    const probe = await Probe.connect(binding, { foreign: true });
    expect(await probe.add(40, 2)).toBe(42);
    expect(await Promise.all([1, 2, 3].map((n) => probe.add(n, n)))).toEqual([2, 4, 6]);
    for (const length of [10, 3000, 100_000]) {
      const data = octets.subarray(0, length);
      expect(await probe.upload(data)).toEqual({ received: length, sum: sumOf(data) });
      expect(Buffer.compare((await probe.download(length, 5)).data ?? octets, data)).toBe(0);
    }
    expect(await statusOf(probe.openCounter(1))).toBe("RPC_S_PROCNUM_OUT_OF_RANGE");
    expect(await statusOf(Probe.connect(`${binding}`, { foreign: true, serverSid: "S-1-5-32-4711" }))).toBe(
      "RPC_S_ACCESS_DENIED",
    );
    await probe.close();
    expect(await server.outcome()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ready\s*$/) });
  });
});
