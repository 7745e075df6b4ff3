import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DirectMemory } from "../src/linux/direct-memory.js";
import { DirectPeer } from "../src/linux/direct-peer.js";
import { loadLibC } from "../src/linux/libc.js";
import { MemoryPeer } from "./memory-peer.js";

const libc = loadLibC();
const SIZE = 3 * 1024 * 1024 + 5;
const isRoot = process.getuid?.() === 0;
const program = (name: string) => new URL(`programs/${name}`, import.meta.url);
const failsWith = (status: string) => expect.objectContaining({ name: "AlpcError", status });

/** A peer whose copies go to the stand-in program, which takes as many milliseconds as the address says. */
const standIn = () => {
  const pidfd = libc.pidfd_open(process.pid, 0);
  return DirectPeer.open(libc, { pid: process.pid, uid: process.geteuid?.() ?? -1, pidfd });
};

async function run(
  name: string,
  ...parameters: string[]
): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [fileURLToPath(program(name)), ...parameters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  const [status] = await once(child, "close");
  return { status, output: output.trim() };
}

describe("with a peer in another process", () => {
  let other: MemoryPeer;
  let memory: DirectMemory;
  let peer: DirectPeer;
  beforeAll(async () => {
    other = await MemoryPeer.start(SIZE);
    memory = new DirectMemory();
    peer = other.open();
  });
  afterAll(async () => {
    peer.close();
    await memory.close();
    await other.kill();
  });

  test("reads what it offers, all of it or a part", async () => {
    const target = Buffer.alloc(SIZE);
    await memory.read(peer, { address: other.address, size: SIZE }, target);
    expect(target.every((octet, i) => octet === i % 251)).toBe(true);
    const part = Buffer.alloc(300);
    await memory.read(peer, { address: other.address + 7n, size: SIZE - 7 }, part.subarray(100, 200));
    expect([...part.subarray(99, 103)]).toEqual([0, 7, 8, 9]);
    expect(part[200]).toBe(0);
  });

  test("reads into small arrays, which V8 would keep on its heap", async () => {
    const target = new Uint8Array(5);
    await memory.read(peer, { address: other.address, size: 5 }, target);
    expect([...target]).toEqual([0, 1, 2, 3, 4]);
  });

  test("writes, and the peer sees it", async () => {
    const before = await other.sum();
    const entry = { address: other.address, size: 251 };
    await memory.write(peer, entry, Buffer.alloc(251, 200));
    expect(await other.sum()).toBe(before + 251 * (200 - 125));
    await memory.write(peer, entry, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));
    expect(await other.sum()).toBe(before);
  });

  test("memory that ends before the entry does is a partial copy", async () => {
    const size = SIZE + 8192;
    const target = Buffer.alloc(size);
    const attempt = memory.read(peer, { address: other.address, size }, target);
    await expect(attempt).rejects.toEqual(failsWith("PARTIAL_COPY"));
    const nothing = memory.read(peer, { address: 4096n, size: 10 }, Buffer.alloc(10));
    await expect(nothing).rejects.toThrow(/^0 of 10 octets copied/);
  });

  test("more than the peer offers, or no address at all, is refused here", async () => {
    const entry = { address: other.address, size: 10 };
    await expect(memory.read(peer, entry, Buffer.alloc(11))).rejects.toEqual(failsWith("INVALID_PARAMETER"));
    const wild = { address: -1n, size: 10 };
    await expect(memory.read(peer, wild, Buffer.alloc(1))).rejects.toEqual(failsWith("INVALID_PARAMETER"));
    const beyond = { address: (1n << 64n) - 1n, size: 10 };
    await expect(memory.write(peer, beyond, Buffer.alloc(1))).rejects.toEqual(failsWith("INVALID_PARAMETER"));
    await expect(memory.read(peer, entry, Buffer.alloc(0))).resolves.toBeUndefined();
  });

  test("a peer that is stopped is read all the same", async () => {
    process.kill(other.pid, "SIGSTOP");
    const target = Buffer.alloc(1000);
    await memory.read(peer, { address: other.address, size: 1000 }, target);
    process.kill(other.pid, "SIGCONT");
    expect(target[250]).toBe(250);
  });

  test("a closed peer takes no more copies, and its descriptor is closed when the last one has ended", async () => {
    const before = readdirSync("/proc/self/fd").length;
    const second = other.open();
    const entry = { address: other.address, size: SIZE };
    const running = memory.read(second, entry, Buffer.alloc(SIZE));
    second.close();
    await expect(memory.read(second, entry, Buffer.alloc(1))).rejects.toEqual(failsWith("PORT_DISCONNECTED"));
    await running;
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  test.runIf(isRoot)("the kernel's own refusal is ACCESS_DENIED", async () => {
    const { output } = await run("read-as.mjs", "1000", String(other.pid), String(other.address));
    expect(output).toBe("ACCESS_DENIED EPERM");
  });
});

describe("a peer that has ended", () => {
  test("is noticed when it is opened, and nothing leaks", async () => {
    const other = await MemoryPeer.start(4096);
    const pidfd = libc.pidfd_open(other.pid, 0);
    await other.kill();
    const before = readdirSync("/proc/self/fd").length;
    const open = () => DirectPeer.open(libc, { pid: other.pid, uid: process.geteuid?.() ?? -1, pidfd });
    expect(open).toThrow(failsWith("PORT_DISCONNECTED"));
    expect(readdirSync("/proc/self/fd").length).toBe(before - 1);
  });

  test("is noticed by the copy", async () => {
    const other = await MemoryPeer.start(4096);
    const memory = new DirectMemory();
    using peer = other.open();
    await other.kill();
    const attempt = memory.read(peer, { address: other.address, size: 10 }, Buffer.alloc(10));
    await expect(attempt).rejects.toEqual(failsWith("PORT_DISCONNECTED"));
    await memory.close();
  });
});

describe("copies that stall", () => {
  const offer = (milliseconds: number) => ({ address: BigInt(milliseconds), size: 1 });
  /** Instead of milliseconds: a copy that ends when the test says so. */
  const HELD = 0xca11;

  test("time out, hold up neither the event loop nor other peers, and their threads serve again", async () => {
    const memory = new DirectMemory({ program: program("copy-worker.mjs"), maxWorkers: 2 });
    using hostile = standIn();
    using friend = standIn();
    await memory.read(friend, offer(0), Buffer.alloc(1));
    const stalled = Promise.allSettled(
      [1, 2, 3].map(() => memory.read(hostile, offer(HELD), Buffer.alloc(1), 100)),
    );
    for (let i = 0; i < 50; i++) await memory.read(friend, offer(1), Buffer.alloc(1), 20_000);
    for (const result of await stalled) {
      expect(result).toEqual({ status: "rejected", reason: failsWith("TIMEOUT") });
    }
    expect(memory.running).toBe(1);
    // The hostile peer's own turn comes when its copy has really ended.
    const next = memory.read(hostile, offer(0), Buffer.alloc(1), 20_000);
    const channel = new BroadcastChannel("held copies");
    channel.postMessage("end");
    channel.close();
    await next;
    expect(memory.running).toBe(0);
    expect(memory.threads).toBe(1);
    await memory.close();
    expect(memory.threads).toBe(0);
  });

  test("have stopped when the caller hears of the timeout, if they only were slow", async () => {
    const memory = new DirectMemory({ program: program("copy-worker.mjs") });
    using peer = standIn();
    // The thread is there, so that the copy's time is the copy's.
    await memory.read(peer, offer(1), Buffer.alloc(1), 5_000);
    const slow = memory.write(peer, offer(0xfeed), Buffer.alloc(1), 100);
    await expect(slow).rejects.toEqual(failsWith("TIMEOUT"));
    expect(memory.running).toBe(0);
    await memory.close();
  });

  test("use no more threads than allowed; who waits for one times out too", async () => {
    const memory = new DirectMemory({ program: program("copy-worker.mjs"), maxWorkers: 2 });
    const peers = [1, 2, 3, 4].map(standIn);
    const results = await Promise.allSettled(
      peers.map((peer) => memory.read(peer, offer(300), Buffer.alloc(1), 150)),
    );
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
    expect(memory.threads).toBe(2);
    while (memory.running > 0) await sleep(10);
    for (const peer of peers) peer.close();
    await memory.close();
  });

  test("a thread that fails is replaced, and the buffer's owner told", async () => {
    const memory = new DirectMemory({ program: program("copy-worker.mjs"), maxWorkers: 1 });
    using peer = standIn();
    const broken = memory.read(peer, offer(0xdead), Buffer.alloc(1));
    const next = memory.read(peer, offer(0), Buffer.alloc(1));
    await expect(broken).rejects.toThrow(/the copying thread failed: the thread is broken/);
    await next;
    await memory.close();
  });
});

describe.runIf(isRoot)("a peer that lets its pages never arrive (userfaultfd)", () => {
  test("costs a timeout, and killing it frees the thread", async () => {
    const other = await MemoryPeer.start(4096, "stall");
    const memory = new DirectMemory();
    using peer = other.open();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    // Long enough for the thread to start on a busy machine: a copy that never began stalls nobody.
    const timeout = 2_000;
    const attempt = memory.read(peer, { address: other.stalledAddress, size: 16 }, Buffer.alloc(16), timeout);
    await expect(attempt).rejects.toEqual(failsWith("TIMEOUT"));
    delay.disable();
    // Were it the loop that waits for the page, it would do so for all that time.
    expect(delay.max / 1e6).toBeLessThan(timeout / 2);
    expect(memory.running).toBe(1);
    await other.kill();
    while (memory.running > 0) await sleep(10);
    await memory.close();
  });

  test.each([
    ["after it timed out", "later", "TIMEOUT"],
    ["while it runs", "now", ""],
  ])("does not keep a process from exiting %s", async (_when, when, expected) => {
    await using other = await MemoryPeer.start(4096, "stall");
    const started = performance.now();
    const { status, output } = await run(
      "stalled-exit.mjs",
      String(other.pid),
      String(other.stalledAddress),
      when,
    );
    expect({ status, output }).toEqual({ status: 7, output: expected });
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("who may be read at all", () => {
  test.runIf(isRoot)("not a peer of another uid by a process that may trace everyone", () => {
    const before = readdirSync("/proc/self/fd").length;
    const open = () =>
      DirectPeer.open(libc, { pid: process.pid, uid: 1000, pidfd: libc.pidfd_open(process.pid, 0) });
    expect(open).toThrow(failsWith("ACCESS_DENIED"));
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });
});
