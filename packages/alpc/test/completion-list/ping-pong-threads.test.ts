import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { listSize } from "../../src/linux/completion-list/list-memory.js";
import { program } from "../server-process.js";

/** A soak runs ten million. */
const ROUNDS = Number(process.env["NCALRPC_PING_PONGS"] ?? 200_000);

it(
  `loses no wake-up in ${ROUNDS} ping-pongs of two threads with delays at every step`,
  async () => {
    const memory = new SharedArrayBuffer(listSize(4096));
    const doorbells = new SharedArrayBuffer(12);
    const modules = fileURLToPath(new URL("../../dist/linux", import.meta.url));
    const play = async (side: string, seed: number): Promise<number> => {
      const workerData = { memory, doorbells, side, rounds: ROUNDS, seed, modules };
      const worker = new Worker(program("ping-pong-worker.mjs"), { workerData });
      const [sleeps] = await once(worker, "message");
      return Number(sleeps);
    };
    const sleeps = await Promise.all([play("server", 4711), play("client", 815)]);
    // The delays are such that both sides sleep often, and often do not.
    for (const count of sleeps) {
      expect(count).toBeGreaterThan(ROUNDS / 1000);
      expect(count).toBeLessThan(ROUNDS);
    }
  },
  30_000 + ROUNDS / 10,
);
