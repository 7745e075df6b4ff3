import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Probe, type ProbeClient } from "../../dist/gen/probe.js";
import { ServerProcess } from "../../dist/server-process.js";
import { Program, sample } from "./programs.js";

/** Clients that are killed, how many live at a time, and at how many different points they die (samples/client.c). */
const ROUNDS = Number(process.env["NCALRPC_NT_ROUNDS"] ?? 2_000);
const LANES = 4;
const POINTS = 7;
const SERVERS = 10;
const STARTS = 5;
/** What TerminateProcess is told. */
const KILLED = 77;

/** Wine cannot always start a process, when a machine is busy: that is asked again, a few times. */
async function startClient(endpoint: string, point: number): Promise<Program> {
  for (let tries = 1; ; tries++) {
    try {
      return new Program(sample("client"), endpoint, String(point));
    } catch (error) {
      if (tries === STARTS) throw error;
      await delay(200);
    }
  }
}

describe("2,000 clients that connect, call and are killed", () => {
  const endpoint = `leaks-${process.pid}`;
  let server: ServerProcess;
  let probe: ProbeClient;
  beforeAll(async () => {
    server = await ServerProcess.start({ endpoint });
    probe = await Probe.connect(`ncalrpc:[${endpoint}]`);
  });
  afterAll(async () => {
    await probe.close();
    await server.close();
  });

  it("leave nothing behind, and others are answered meanwhile", async () => {
    let started = 0;
    let isOver = false;
    const lanes = Array.from({ length: LANES }, async () => {
      while (started < ROUNDS && !isOver) {
        const point = started++ % POINTS;
        const { code, stdout } = await (await startClient(endpoint, point)).outcome();
        expect({ point, code, stdout }).toEqual({ point, code: KILLED, stdout: "" });
      }
    });
    const bystander = async () => {
      for (let i = 0; !isOver; i++) {
        expect(await probe.add(i, 1)).toBe(i + 1);
        await delay(20);
      }
    };
    const killing = Promise.all(lanes).finally(() => {
      isOver = true;
    });
    await Promise.all([killing, bystander()]);
    const opened = Math.floor((ROUNDS + POINTS - 1 - 3) / POINTS);
    await expect
      .poll(() => probe.census(), { timeout: 10_000 })
      .toEqual({ open: 0, runDown: opened, sleeping: 0, connections: 1 });
  }, 600_000);
});

describe("servers that are killed", () => {
  it("end their clients' calls and leave nothing in them", async () => {
    for (let round = 0; round < SERVERS; round++) {
      const endpoint = `mortal-${process.pid}-${round}`;
      await using server = await ServerProcess.start({ endpoint });
      const probe = await Probe.connect(`ncalrpc:[${endpoint}]`);
      const { data } = await probe.download(200_000, 1);
      expect(data?.length).toBe(200_000);
      const calls = Array.from({ length: 20 }, () => probe.sleep(600_000).catch(({ status }) => status));
      await probe.add(1, 1);
      await server.kill();
      expect(new Set(await Promise.all(calls))).toEqual(new Set(["RPC_S_CALL_FAILED"]));
      await probe.connection.closed;
    }
  }, 120_000);
});
