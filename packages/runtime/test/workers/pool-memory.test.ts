import { describe, expect, it } from "vitest";
import { PoolMemory, SERVER_THREAD } from "../../src/workers/pool-memory.js";

describe("what the threads of a server share", () => {
  const server = new PoolMemory(2);
  const first = new PoolMemory(server.handles);
  const second = new PoolMemory(server.handles);

  it("lets one wake a thread that sleeps, and nobody one that does not", () => {
    expect(server.mayWake(1)).toBe(false);
    first.fallAsleep(1);
    expect([server.mayWake(2), second.mayWake(SERVER_THREAD), server.mayWake(1), second.mayWake(1)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
    second.fallAsleep(2);
    server.forget(2);
    expect(server.mayWake(2)).toBe(false);
  });

  it("lets a call be begun by one worker or withdrawn, not both", () => {
    server.open(5);
    expect([first.begin(5, 1), second.begin(5, 2)]).toEqual([true, false]);
    expect([server.withdraw(5), server.ownerOf(5)]).toEqual([1, 1]);
    server.open(5);
    expect([server.withdraw(5), server.ownerOf(5), first.begin(5, 1), server.withdraw(5)]).toEqual([
      0,
      0,
      false,
      0,
    ]);
    server.open(5);
    expect([second.begin(5, 2), server.ownerOf(5), server.ownerOf(6)]).toEqual([true, 2, 0]);
  });

  it("has an inbox for each worker", () => {
    const entry = { connection: 0, token: 0, slot: 0, length: 0, octets: Buffer.alloc(2_000) };
    server.inboxes[1]?.push(1, 2, 3, Buffer.alloc(0), Buffer.alloc(0));
    expect([first.inboxes[0]?.pop(entry, 0), second.inboxes[1]?.pop(entry, 0), entry.slot]).toEqual([
      false,
      true,
      3,
    ]);
    expect(new PoolMemory(server.handles).inboxes).toHaveLength(2);
  });
});
