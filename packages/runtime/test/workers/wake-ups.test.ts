import { describe, expect, it } from "vitest";
import { PoolMemory } from "../../src/workers/pool-memory.js";
import { WakeUps } from "../../src/workers/wake-ups.js";

/** Wake-ups of sleeping workers: who has been woken, and what was said of it. */
function system(workers: number) {
  const memory = new PoolMemory(workers);
  const woken: number[] = [];
  const said: boolean[] = [];
  const threads = Array.from({ length: workers }, (_, i) => ({
    worker: i + 1,
    wake: () => void woken.push(i + 1),
  }));
  for (const { worker } of threads) {
    memory.fallAsleep(worker);
  }
  const wakeUps = new WakeUps(memory, threads, (isWaking) => said.push(isWaking));
  let slot = 0;
  return {
    memory,
    woken,
    said,
    /** Offers so many calls at once: to a worker, or with 0 to anyone. */
    async offer(count: number, worker = 0): Promise<void> {
      for (let i = 0; i < count; i++, slot++) {
        memory.records.setLength(slot, 0);
        memory.records.offer(slot, 1, 1, worker);
        (memory.inboxes[worker - 1] ?? memory.requests).push(slot);
        wakeUps.expect();
      }
      await Promise.resolve();
    },
  };
}

describe("wake-ups of workers", () => {
  it("go once to as many as there are calls", async () => {
    const { offer, woken, said } = system(4);
    await offer(2);
    expect([woken, said]).toEqual([[1, 2], [true]]);
    await offer(5);
    expect([woken, said]).toEqual([
      [1, 2, 3, 4],
      [true, true],
    ]);
    await offer(1);
    expect([woken.length, said.at(-1)]).toEqual([4, false]);
  });

  it("go to the one that a call is for", async () => {
    const { offer, woken } = system(3);
    await offer(2, 3);
    expect(woken).toEqual([3]);
  });

  it("are left out for those who look", async () => {
    const { offer, woken, memory } = system(3);
    memory.look(2);
    await offer(1);
    expect(woken).toEqual([]);
    await offer(1);
    expect(woken).toEqual([1]);
  });

  it("are as few as pay where calls are cheap, and go on while nobody takes what waits", async () => {
    const { offer, woken, memory } = system(3);
    memory.setPace(2, 4.5);
    await offer(10);
    expect(woken).toEqual([1]);
    while (woken.length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    while (memory.begin(1) >= 0);
    memory.fallAsleep(2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(woken).toEqual([1, 2, 3]);
  });
});
