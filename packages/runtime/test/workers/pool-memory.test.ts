import { describe, expect, it } from "vitest";
import { MAX_POOLED_CALLS, PoolMemory, SERVER_THREAD } from "../../src/workers/pool-memory.js";
import { NOTHING } from "../../src/workers/shared-ring.js";

function share(): [server: PoolMemory, first: PoolMemory, second: PoolMemory] {
  const server = new PoolMemory(2);
  return [server, new PoolMemory(server.handles), new PoolMemory(server.handles)];
}

function offer(memory: PoolMemory, slot: number, worker: number): void {
  memory.records.setLength(slot, 0);
  memory.records.offer(slot, 1, 1, worker);
  (memory.inboxes[worker - 1] ?? memory.requests).push(slot);
}

describe("what the threads of a server share", () => {
  it("lets one wake a thread that sleeps, and nobody one that does not", () => {
    const [server, first, second] = share();
    expect(server.mayWake(1)).toBe(false);
    first.fallAsleep(1);
    expect([server.mayWake(2), second.mayWake(SERVER_THREAD), server.mayWake(1), second.mayWake(1)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    second.fallAsleep(2);
    server.beBusy(2);
    expect(server.mayWake(2)).toBe(false);
    first.look(1);
    expect([server.isLooking(1), server.isLooking(2), server.mayWake(1)]).toEqual([true, false, false]);
  });

  it("gives a worker its own calls first, then those for anyone, each once", () => {
    const [server, first, second] = share();
    offer(server, 10, 0);
    offer(server, 11, 1);
    offer(server, 12, 0);
    expect([first.hasWork(1), second.hasWork(2)]).toEqual([true, true]);
    expect([first.begin(1), second.begin(2), first.begin(1), second.begin(2)]).toEqual([11, 10, 12, NOTHING]);
    expect([11, 10, 12].map((slot) => server.records.owner(slot))).toEqual([1, 2, 1]);
    expect([first.hasWork(1), second.hasWork(2)]).toEqual([false, false]);
  });

  it("has a worker answer what has been withdrawn, and go on with the next", () => {
    const [server, first] = share();
    offer(server, 1, 0);
    offer(server, 2, 0);
    server.records.withdraw(1, 0);
    expect([first.begin(1), server.takeReply(), server.takeReply()]).toEqual([2, 1, NOTHING]);
    first.answer(2, 1, 5);
    expect([server.hasReplies(), server.takeReply(), server.hasReplies()]).toEqual([true, 2, false]);
    expect(server.records.length(2)).toBe(5);
  });

  it("has room for all calls in each ring, whatever a worker has left behind that saw one and ended", () => {
    const [server, first, second] = share();
    for (let round = 0; round < 3; round++) {
      for (let slot = 0; slot < MAX_POOLED_CALLS; slot++) {
        offer(server, slot, 0);
      }
      // It has begun a call, and never got to taking it out.
      const slot = first.requests.first();
      expect(first.records.claim(slot, 0, 1)).toBe("begun");
      for (let left = MAX_POOLED_CALLS - 1; left > 0; left--) {
        second.answer(second.begin(2), 2, 0);
      }
      expect([second.begin(2), server.records.owner(slot)]).toEqual([NOTHING, 1]);
      server.records.close(slot);
      for (let left = MAX_POOLED_CALLS - 1; left > 0; left--) {
        server.records.close(server.takeReply());
      }
      expect([server.takeReply(), server.requests.length]).toEqual([NOTHING, 0]);
    }
  });
});
