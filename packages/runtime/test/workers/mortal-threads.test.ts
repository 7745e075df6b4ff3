import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { PoolMemory } from "../../src/workers/pool-memory.js";
import { NOTHING } from "../../src/workers/shared-ring.js";

/** Threads that are ended; NCALRPC_FUZZ says how many. */
const DEATHS = Number(process.env["NCALRPC_FUZZ"] ?? 60);
const SEED = Number(process.env["NCALRPC_SEED"] ?? 20_261_123);
const WORKERS = 3;
const CALLS = 1024;
/** Milliseconds that a thread lives at most. */
const LONGEST_LIFE = 12;

/** Numbers from 0 to 1, always the same ones (xorshift). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

describe("threads that are ended by force", () => {
  it(
    `lose what they had begun, and nothing else, ${DEATHS} times at any instant (seed ${SEED})`,
    async () => {
      const random = randomNumbers(SEED);
      const memory = new PoolMemory(WORKERS);
      const { records } = memory;
      const stamps = new Map<number, number>();
      const free = Array.from({ length: CALLS }, (_, i) => i);
      let stamp = 0;
      let answered = 0;
      let lost = 0;
      let isOver = false;

      const start = (worker: number): Worker =>
        new Worker(new URL("./mortal-thread.mjs", import.meta.url), {
          workerData: { handles: memory.handles, worker },
        });

      function offerAll(): void {
        for (const slot of free.splice(0)) {
          const worker = random() < 0.3 ? 1 + Math.floor(random() * WORKERS) : 0;
          stamps.set(slot, ++stamp);
          records.octets.writeDoubleLE(stamp, records.start(slot));
          records.setLength(slot, 8);
          records.offer(slot, worker, 0, worker);
          expect((memory.inboxes[worker - 1] ?? memory.requests).push(slot)).toBe(true);
        }
      }

      function receive(): void {
        for (let slot = memory.takeReply(); slot !== NOTHING; slot = memory.takeReply()) {
          expect(records.length(slot)).toBe(16);
          expect(records.octets.readDoubleLE(records.start(slot) + 8)).toBe(stamps.get(slot));
          answered++;
          release(slot);
        }
      }

      function release(slot: number): void {
        expect(stamps.delete(slot)).toBe(true);
        records.close(slot);
        free.push(slot);
      }

      /** What the thread had begun is lost; what was given to it alone waits for its successor. */
      function bury(worker: number): void {
        receive();
        for (const slot of [...stamps.keys()]) {
          if (records.owner(slot) === worker) {
            lost++;
            release(slot);
          }
        }
      }

      async function live(worker: number, deaths: number): Promise<void> {
        for (let death = 0; death < deaths; death++) {
          const thread = start(worker);
          await once(thread, "online");
          await delay(random() * LONGEST_LIFE);
          await thread.terminate();
          bury(worker);
        }
      }

      async function serve(): Promise<void> {
        while (!isOver) {
          receive();
          offerAll();
          await new Promise((resolve) => setImmediate(resolve));
        }
      }

      const serving = serve();
      await Promise.all(Array.from({ length: WORKERS }, (_, i) => live(i + 1, DEATHS / WORKERS)));
      isOver = true;
      await serving;
      // Whatever is left is served by threads that nobody ends.
      const last = Array.from({ length: WORKERS }, (_, i) => start(i + 1));
      const end = performance.now() + 10_000;
      while (stamps.size > 0 && performance.now() < end) {
        receive();
        await delay(1);
      }
      await Promise.all(last.map((thread) => thread.terminate()));
      expect([stamps.size, free.length]).toEqual([0, CALLS]);
      expect(answered).toBeGreaterThan(DEATHS);
      // A thread can have begun one call at a time.
      expect(lost).toBeLessThanOrEqual(DEATHS);
    },
    60_000 + DEATHS * 500,
  );
});
