import { fstatSync } from "node:fs";
import { AlpcError } from "../error.js";
import type { SealedLoan } from "../sealed-sharing.js";
import { unmapForGood } from "./lasting-memory.js";
import { addressOf, C, loadLibC } from "./libc.js";
import { SealedMemory } from "./sealed-memory.js";
import { keepWithThread } from "./thread-descriptors.js";

/** The memory behind arrays that were sealed here, by their buffers; it does not keep them. */
const sealed = new WeakMap<ArrayBufferLike, SealedMemory>();
/** Nobody has the array any more: clients are told, and the memory goes when the last of their views does. */
const collected = new FinalizationRegistry<SealedMemory>((memory) => memory.close());

/** See sealBytes. */
export function seal(bytes: Uint8Array): Uint8Array {
  return show(SealedMemory.of(loadLibC(), bytes));
}

/** See createSealedBytes. */
export async function fillAndSeal(
  size: number,
  fill: (target: Uint8Array) => void | Promise<void>,
): Promise<Uint8Array> {
  return show(await SealedMemory.fill(loadLibC(), size, fill));
}

/** The sealed memory that an array, or a part of one, lies in; null if it is an ordinary array. */
export function sealedMemoryOf(bytes: Uint8Array): SealedMemory | null {
  const memory = sealed.get(bytes.buffer);
  return memory === undefined || memory.isClosed ? null : memory;
}

/** Gives sealed memory back now. False if `bytes` is an ordinary array. */
export function releaseSealed(bytes: Uint8Array): boolean {
  sealed.get(bytes.buffer)?.close();
  return unmapForGood(loadLibC(), bytes);
}

/** See lendSealed. */
export function lend(bytes: Uint8Array, onGone: () => void): SealedLoan | null {
  const memory = sealedMemoryOf(bytes);
  if (memory === null) return null;
  memory.onClosed(onGone);
  const descriptor = keepWithThread(memory.duplicate());
  return { descriptor, inode: inodeOf(descriptor), size: memory.size };
}

/** See endLoan. */
export function endLoan({ descriptor }: SealedLoan): void {
  loadLibC().close(descriptor);
}

/** See takeSealed. */
export function take({ descriptor, inode, size }: SealedLoan): Uint8Array {
  const libc = loadLibC();
  const own = libc.fcntl(descriptor, C.F_DUPFD_CLOEXEC, 0);
  // The other thread may have ended, and somebody else have got the number.
  if (own === -1 || inodeOf(own) !== inode) {
    if (own !== -1) libc.close(own);
    throw new AlpcError("INSUFFICIENT_RESOURCES", "sealed memory of a thread that has ended");
  }
  return show(SealedMemory.receive(libc, own, size));
}

function inodeOf(fd: number): bigint {
  return fstatSync(fd, { bigint: true }).ino;
}

const PAGE = 4096;

/** Asks for huge pages where memory has none yet. Refused by kernels without them, which changes nothing. */
export function preferHugePages(memory: Uint8Array): void {
  adviseWithin(memory, C.MADV_HUGEPAGE);
}

/** Has the system make all pages of new memory by one call, which is cheaper than a fault for each. */
export function populate(memory: Uint8Array): void {
  // Kernels before 5.14 don't know this advice, and make the pages one by one.
  adviseWithin(memory, C.MADV_POPULATE_WRITE);
}

/** madvise(2) for the whole pages of `memory`. */
function adviseWithin(memory: Uint8Array, advice: number): void {
  const start = Math.ceil(addressOf(memory) / PAGE) * PAGE;
  const end = Math.floor((addressOf(memory) + memory.length) / PAGE) * PAGE;
  if (end > start) loadLibC().madvise(start, end - start, advice);
}

function show(memory: SealedMemory): Uint8Array {
  const bytes = memory.map();
  sealed.set(bytes.buffer, memory);
  collected.register(bytes.buffer, memory);
  return bytes;
}
