import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { mayLook, type Work, WorkLoop } from "../../src/workers/work-loop.js";

/** Work that notes what the loop does; each piece is a function. */
class Notes implements Work {
  readonly log: string[] = [];
  readonly pieces: (() => void)[] = [];
  pace = -1;
  /** Called when the loop has begun to look. */
  onLook: () => void = () => {};

  take(): boolean {
    const piece = this.pieces.shift();
    if (piece === undefined) {
      return false;
    }
    this.log.push("take");
    piece();
    return true;
  }

  hasWork(): boolean {
    return this.pieces.length > 0;
  }

  look(): void {
    this.log.push("look");
    this.onLook();
  }

  sleep(): boolean {
    this.log.push("sleep");
    return !this.hasWork();
  }

  onPace(milliseconds: number): void {
    this.pace = milliseconds;
  }
}

const nothing = (): void => {};

describe("a worker's loop", () => {
  it("does all there is, the promises of one piece before the next, and sleeps", async () => {
    const work = new Notes();
    work.pieces.push(() => void Promise.resolve().then(() => work.log.push("promise")), nothing);
    const loop = new WorkLoop(work, false);
    loop.wake();
    await delay(5);
    expect(work.log).toEqual(["take", "promise", "take", "sleep"]);
    work.pieces.push(nothing);
    await delay(5);
    expect(work.log).toHaveLength(4);
    loop.wake();
    await delay(5);
    expect(work.log.slice(4)).toEqual(["take", "sleep"]);
  });

  it("lets the event loop have its turn, says how long pieces take, and is woken once", async () => {
    const work = new Notes();
    const burn = (): void => {
      const end = performance.now() + 1;
      while (performance.now() < end);
    };
    for (let i = 0; i < 10; i++) {
      work.pieces.push(burn);
    }
    const loop = new WorkLoop(work, false);
    setImmediate(() => {
      work.log.push("event");
      loop.wake();
    });
    loop.wake();
    while (!work.log.includes("sleep")) {
      await delay(1);
    }
    expect(work.log.indexOf("event")).toBeGreaterThan(0);
    expect(work.log.indexOf("event")).toBeLessThan(work.log.indexOf("sleep"));
    expect(work.log.filter((entry) => entry === "take")).toHaveLength(10);
    expect(work.pace).toBeGreaterThan(0.5);
  });

  it("looks before it sleeps, and finds what comes meanwhile without being woken", async () => {
    const work = new Notes();
    work.onLook = () => {
      if (work.log.filter((entry) => entry === "look").length === 1) {
        setImmediate(() => work.pieces.push(nothing));
        work.pieces.push(nothing);
      }
    };
    const loop = new WorkLoop(work, true);
    loop.wake();
    await delay(20);
    expect(work.log.slice(0, 2)).toEqual(["look", "take"]);
    expect(work.log).toContain("sleep");
    expect(work.log.lastIndexOf("sleep")).toBeGreaterThan(work.log.lastIndexOf("take"));
  });

  it("looks ever more rarely where that does not pay", async () => {
    const work = new Notes();
    const loop = new WorkLoop(work, true);
    for (let i = 0; i < 40; i++) {
      loop.wake();
      await delay(1);
    }
    const looks = work.log.filter((entry) => entry === "look").length;
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThan(15);
    expect(work.log.filter((entry) => entry === "sleep")).toHaveLength(40);
  });

  it("may look where there are processors for the server's own thread and a client beside", () => {
    expect([1, 2, 3].map((worker) => mayLook(worker, 2))).toEqual([false, false, false]);
    expect([1, 2, 3].map((worker) => mayLook(worker, 4))).toEqual([true, true, false]);
  });
});
