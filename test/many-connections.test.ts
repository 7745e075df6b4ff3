import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Probe } from "./dist/gen/probe.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";

/** A soak makes a million. */
const CALLS = Number(process.env["NCALRPC_MANY_CALLS"] ?? 60_000);
const CONNECTIONS = 40;
/** Milliseconds, beyond which a call has been forgotten: no pause here is nearly as long. */
const TIMEOUT = 10_000;

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

/** While it is shut nobody calls: both processes fall asleep, some with answers to come. */
class Gate {
  opening: Promise<unknown> = Promise.resolve();
  readonly #timer = setInterval(() => {
    this.opening = delay(Math.random() * 3);
  }, 5);

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

it(
  `answers each of ${CALLS} calls of one process over ${CONNECTIONS} connections that come, fall asleep, wake each other, and go`,
  async () => {
    await using server = await ServerProcess.start({ endpoint: "many" });
    expect(server.pid).toBeGreaterThan(0);
    using gate = new Gate();
    let left = CALLS;
    const keepCalling = async (connection: number): Promise<void> => {
      while (left > 0) {
        await using client = await Probe.connect("ncalrpc:[many]", { timeout: TIMEOUT });
        const calls = 100 + Math.floor(Math.random() * 2_000);
        for (let i = 0; i < calls && left > 0; i++, left--) {
          const chance = Math.random();
          if (chance < 0.02) await client.sleep(Math.floor(chance * 200));
          else expect(await client.add(connection, i)).toBe(connection + i);
          await gate.opening;
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => keepCalling(connection)));
  },
  60_000 + CALLS / 10,
);
