import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { type CopyJob, type CopyResult, DirectCopier } from "../../src/nt/direct-copier.js";

/** A thread that does nothing until it is told to. */
class IdleThread extends EventEmitter {
  readonly jobs: CopyJob[] = [];
  isTerminated = false;

  postMessage(job: CopyJob): void {
    this.jobs.push(job);
  }

  /** Does the first job. */
  finish(status = 0): void {
    const job = this.jobs.shift();
    if (job === undefined) throw new Error("nothing to do");
    this.emit("message", { id: job.id, status, done: job.size } satisfies CopyResult);
  }

  ref(): void {}
  unref(): void {}

  terminate(): Promise<number> {
    this.isTerminated = true;
    return Promise.resolve(0);
  }
}

function setUp({ isOnline = true } = {}) {
  const threads: IdleThread[] = [];
  const copier = new DirectCopier("", () => {
    const thread = new IdleThread();
    threads.push(thread);
    if (isOnline) setImmediate(() => thread.emit("online"));
    return thread;
  });
  const copy = (deadline = 10_000) =>
    copier.copy("read", 1, new Uint8Array(40), 0, 0x1000n, new Uint8Array(8), deadline);
  return { threads, copy };
}

describe("copies of clients' memory", () => {
  test("are made by one thread, one after the other", async () => {
    const { threads, copy } = setUp();
    const copies = [copy(), copy()];
    expect(threads.map(({ jobs }) => jobs.length)).toEqual([2]);
    threads[0]?.finish();
    threads[0]?.finish();
    await Promise.all(copies);
    expect(threads[0]?.isTerminated).toBe(false);
  });

  test("beyond their time keep their thread, and no other copy waits for them", async () => {
    const { threads, copy } = setUp();
    await expect(copy(1)).rejects.toMatchObject({ status: "TIMEOUT" });
    const next = copy();
    expect(threads).toHaveLength(2);
    threads[1]?.finish();
    await next;
    threads[0]?.finish();
    expect(threads.map(({ isTerminated }) => isTerminated)).toEqual([true, false]);
  });

  test("have their time from when the thread runs", async () => {
    const { threads, copy } = setUp({ isOnline: false });
    const outcome = copy(1).catch(({ status }) => status);
    const patience = new Promise((resolve) => setTimeout(resolve, 30, "waiting"));
    expect(await Promise.race([outcome, patience])).toBe("waiting");
    threads[0]?.emit("online");
    expect(await outcome).toBe("TIMEOUT");
  });

  test("are refused when all threads are held up, until one comes back", async () => {
    const { threads, copy } = setUp();
    for (let i = 0; i < 4; i++) await expect(copy(1)).rejects.toMatchObject({ status: "TIMEOUT" });
    await expect(copy()).rejects.toMatchObject({ status: "INSUFFICIENT_RESOURCES" });
    threads[2]?.finish();
    const next = copy();
    threads[4]?.finish();
    await next;
  });

  test("fail with their thread, and the next one gets another", async () => {
    const { threads, copy } = setUp();
    const failed = expect(copy()).rejects.toMatchObject({ status: "UNSUCCESSFUL" });
    threads[0]?.emit("error", new Error("gone"));
    await failed;
    const next = copy();
    threads[1]?.finish();
    await next;
  });

  test("are of addresses", async () => {
    const { threads } = setUp();
    const copier = new DirectCopier("", () => new IdleThread());
    const far = copier.copy("write", 1, new Uint8Array(40), 0, 0x7fff_ffff_fffcn, new Uint8Array(8));
    await expect(far).rejects.toMatchObject({ status: "INVALID_PARAMETER" });
    expect(threads).toEqual([]);
  });
});
