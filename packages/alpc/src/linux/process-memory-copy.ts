import type { NtStatusName } from "../error.js";
import { isAlive } from "./direct-peer.js";
import { Errno, errnoName, type LibC } from "./libc.js";

/** One copy between this process and another, as the worker that makes it gets it. Plain data. */
export interface CopyJob {
  readonly operation: "read" | "write";
  readonly pid: number;
  /** Pins the process behind `pid`. */
  readonly pidfd: number;
  /** Where in the peer, and where here; the sender of the job keeps this memory alive until the answer has come. */
  readonly address: bigint;
  readonly local: number;
  /** Octets. */
  readonly size: number;
  /** Element 0 becomes 1 when nobody waits for the copy any more. Shared between threads. */
  readonly abandoned: Int32Array;
}

/** Null if all was copied. */
export type CopyFailure = {
  readonly status: NtStatusName;
  readonly message: string;
  readonly errno?: string;
} | null;

/** One system call copies at most this much, so that an abandoned copy ends within a few milliseconds. Octets. */
const CHUNK = 4 * 1024 * 1024;

/** Copies, however often the system stops half way. Can block without limit: the peer decides when its pages arrive. */
export function copyPeerMemory(libc: LibC, job: CopyJob): CopyFailure {
  const copy = job.operation === "read" ? libc.process_vm_readv : libc.process_vm_writev;
  const local = Buffer.alloc(16);
  const remote = Buffer.alloc(16);
  let done = 0;
  // A live process before and after the copy is the one that the pidfd stands for in between: its number was never free.
  if (!isAlive(libc, job.pidfd)) return ended(job);
  while (done < job.size) {
    if (Atomics.load(job.abandoned, 0) === 1)
      return { status: "CANCELLED", message: "nobody waits for the copy" };
    const length = Math.min(CHUNK, job.size - done);
    writeVector(local, BigInt(job.local + done), length);
    writeVector(remote, job.address + BigInt(done), length);
    const copied = copy(job.pid, local, 1, remote, 1, 0);
    if (copied > 0) {
      done += copied;
      continue;
    }
    const errno = copied === 0 ? Errno.EFAULT : libc.errno();
    if (errno !== Errno.EINTR) return isAlive(libc, job.pidfd) ? failed(job, done, errno) : ended(job);
  }
  return isAlive(libc, job.pidfd) ? null : ended(job);
}

function ended(job: CopyJob): CopyFailure {
  return { status: "PORT_DISCONNECTED", message: `process ${job.pid} has ended` };
}

function failed(job: CopyJob, done: number, errno: number): CopyFailure {
  const name = errnoName(errno);
  if (errno === Errno.EPERM) {
    const message = `the system forbids to ${job.operation} memory of process ${job.pid}`;
    return { status: "ACCESS_DENIED", message, errno: name };
  }
  if (errno === Errno.EFAULT) {
    const message = `${done} of ${job.size} octets copied: process ${job.pid} has no such memory beyond`;
    return { status: "PARTIAL_COPY", message, errno: name };
  }
  return { status: "UNSUCCESSFUL", message: `copying memory of process ${job.pid}: ${name}`, errno: name };
}

/** struct iovec. */
function writeVector(vector: Buffer, address: bigint, length: number): void {
  vector.writeBigUInt64LE(address, 0);
  vector.writeBigUInt64LE(BigInt(length), 8);
}
