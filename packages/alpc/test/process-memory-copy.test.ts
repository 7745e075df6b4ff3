import { afterAll, describe, expect, test } from "vitest";
import { addressOf, Errno, type LibC, loadLibC } from "../src/linux/libc.js";
import { type CopyJob, copyPeerMemory } from "../src/linux/process-memory-copy.js";
import { MemoryPeer } from "./memory-peer.js";

const libc = loadLibC();

describe("one copy", () => {
  const pidfd = libc.pidfd_open(process.pid, 0);
  afterAll(() => void libc.close(pidfd));
  const job = (size: number): CopyJob => ({
    operation: "read",
    pid: process.pid,
    pidfd,
    address: 0x10000n,
    local: 0x20000,
    size,
    abandoned: new Int32Array(new SharedArrayBuffer(4)),
  });

  test("goes on after short transfers and interruptions, in chunks", () => {
    const asked: [bigint, number][] = [];
    const chunk = 4 * 1024 * 1024;
    const answers = [10, -1, chunk];
    const choppy: LibC = {
      ...libc,
      errno: () => Errno.EINTR,
      process_vm_readv: (_pid, _local, _locals, remote) => {
        if (!(remote instanceof Buffer)) throw new TypeError("not a vector");
        const length = Number(remote.readBigUInt64LE(8));
        asked.push([remote.readBigUInt64LE(0), length]);
        return Math.min(answers.shift() ?? length, length);
      },
    };
    const size = chunk + 15;
    expect(copyPeerMemory(choppy, job(size))).toBeNull();
    const second = 0x1000an;
    expect(asked).toEqual([
      [0x10000n, chunk],
      [second, chunk],
      [second, chunk],
      [second + BigInt(chunk), 5],
    ]);
  });

  test.each([
    ["EPERM", "ACCESS_DENIED"],
    ["EFAULT", "PARTIAL_COPY"],
    ["ENOMEM", "UNSUCCESSFUL"],
  ] as const)("%s is %s", (errno, status) => {
    const failing: LibC = { ...libc, process_vm_readv: () => -1, errno: () => Errno[errno] };
    expect(copyPeerMemory(failing, job(10))).toEqual({ status, errno, message: expect.any(String) });
  });

  test("stops when nobody waits any more", () => {
    const abandoned = job(10);
    Atomics.store(abandoned.abandoned, 0, 1);
    expect(copyPeerMemory(libc, abandoned)).toEqual(expect.objectContaining({ status: "CANCELLED" }));
  });
});

test("a peer that has ended is never confused with a process that has got its number", async () => {
  await using dead = await MemoryPeer.start(4096);
  const pidfd = libc.pidfd_open(dead.pid, 0);
  const local = Buffer.allocUnsafeSlow(16);
  // Our own number stands for the reused one: the copy would succeed if the pidfd were not asked.
  const job: CopyJob = {
    operation: "read",
    pid: process.pid,
    pidfd,
    address: BigInt(addressOf(Buffer.allocUnsafeSlow(16))),
    local: addressOf(local),
    size: 16,
    abandoned: new Int32Array(new SharedArrayBuffer(4)),
  };
  expect(copyPeerMemory(libc, job)).toBeNull();
  let copies = 0;
  const diesMeanwhile: LibC = {
    ...libc,
    process_vm_readv: (...parameters) => {
      copies++;
      process.kill(dead.pid, "SIGKILL");
      while (libc.poll(Buffer.from([pidfd, 0, 0, 0, 1, 0, 0, 0]), 1, 1000) === 0);
      return libc.process_vm_readv(...parameters);
    },
  };
  expect(copyPeerMemory(diesMeanwhile, job)).toEqual(
    expect.objectContaining({ status: "PORT_DISCONNECTED" }),
  );
  expect(copyPeerMemory(diesMeanwhile, job)).toEqual(
    expect.objectContaining({ status: "PORT_DISCONNECTED" }),
  );
  expect(copies).toBe(1);
  libc.close(pidfd);
});
