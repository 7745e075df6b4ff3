import { describe, expect, it } from "vitest";
import { CallRecords, fits, MAX_RECORDED_OCTETS } from "../../src/workers/call-records.js";

describe("records of calls", () => {
  const server = new CallRecords(8);
  const worker = new CallRecords(server.memory);

  it("hold what a call is, and octets up to a limit", () => {
    server.octets.fill(7, server.start(3), server.start(3) + MAX_RECORDED_OCTETS);
    server.setLength(3, MAX_RECORDED_OCTETS);
    server.offer(3, 11, -12, 0);
    expect([worker.connection(3), worker.token(3), worker.length(3)]).toEqual([11, -12, MAX_RECORDED_OCTETS]);
    expect(worker.octets[worker.start(3) + MAX_RECORDED_OCTETS - 1]).toBe(7);
    expect(worker.start(4) - worker.start(3)).toBeGreaterThan(MAX_RECORDED_OCTETS);
    server.setLength(3, MAX_RECORDED_OCTETS + 1);
    expect([worker.length(3), fits(MAX_RECORDED_OCTETS), fits(MAX_RECORDED_OCTETS + 1)]).toEqual([
      -1,
      true,
      false,
    ]);
  });

  it("let a call be begun by one worker or withdrawn, not both", () => {
    server.offer(5, 1, 1, 0);
    expect([worker.claim(5, 0, 1), server.claim(5, 0, 2), server.withdraw(5, 0), server.owner(5)]).toEqual([
      "begun",
      "missed",
      1,
      1,
    ]);
    server.offer(5, 1, 1, 0);
    expect([server.withdraw(5, 0), server.owner(5)]).toEqual([0, 0]);
    expect([worker.claim(5, 0, 2), worker.claim(5, 0, 1), server.owner(5)]).toEqual([
      "withdrawn",
      "missed",
      2,
    ]);
    server.close(5);
    expect([server.owner(5), worker.claim(5, 0, 1)]).toEqual([0, "missed"]);
  });

  it("give a call to the worker that it is for", () => {
    server.offer(6, 1, 1, 2);
    expect([worker.claim(6, 0, 1), worker.claim(6, 1, 1), worker.claim(6, 2, 2)]).toEqual([
      "missed",
      "missed",
      "begun",
    ]);
    expect(server.owner(6)).toBe(2);
  });
});
