import { systemMemory } from "./system-memory.js";

const KiB = 1024;
const MiB = 1024 * KiB;

/** Octets below which memory is not worth keeping. */
const SMALLEST = 128 * KiB;
/** Octets from which the pages of new memory are made at once. */
const POPULATE_FROM = 256 * KiB;
/** Octets from which new memory is of huge pages where the system gives them: zeroing one takes a tenth of what making 512 others does. */
const HUGE_FROM = 4 * MiB;
/** Octets of unused memory that a thread keeps, and for how long (milliseconds). */
const MAX_KEPT = 256 * MiB;
const IDLE_TIME = 10_000;

/** Buffers that were handed out by takeOctets and may come back. */
const lent = new WeakSet<ArrayBufferLike>();
/** Those whose pages may not exist yet. */
const fresh = new WeakSet<ArrayBufferLike>();
/** Unused ones, those that came back last at the end. */
let kept: ArrayBuffer[] = [];
let keptSize = 0;
let isUsed = false;
let timer: NodeJS.Timeout | null = null;

/**
 * Memory for `size` octets, the caller's for good, with whatever was in it before. It may be the memory of an array that
 * was given to releaseBytes: its pages exist already, and making them costs several times what filling them does.
 */
export function takeOctets(size: number): Buffer {
  if (size < SMALLEST) return Buffer.allocUnsafeSlow(size);
  const capacity = roundUp(size);
  isUsed = true;
  for (let i = kept.length - 1; i >= 0; i--) {
    const buffer = kept[i];
    if (buffer === undefined || buffer.byteLength < size || buffer.byteLength > 2 * capacity) continue;
    kept.splice(i, 1);
    keptSize -= buffer.byteLength;
    lent.add(buffer);
    return Buffer.from(buffer, 0, size);
  }
  const octets = Buffer.allocUnsafeSlow(capacity);
  if (capacity >= HUGE_FROM) systemMemory?.preferHugePages(octets);
  lent.add(octets.buffer);
  fresh.add(octets.buffer);
  return octets.subarray(0, size);
}

/** Has the pages of new memory made by one system call: before `part` of what takeOctets answered is filled for the first time. */
export function prepareOctets(part: Uint8Array): void {
  if (part.length >= POPULATE_FROM && fresh.has(part.buffer)) systemMemory?.populate(part);
}

/**
 * Gives the memory of a large byte array back before it is collected: one that a call answered or a handler was called
 * with, or one of sealBytes. It, and every other array over the same memory, has length 0 from then on. Arrays
 * that came from elsewhere are left alone. Optional: it saves the next large transfer the making of new pages.
 */
export function releaseBytes(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && lent.delete(buffer)) keep(buffer);
  else systemMemory?.releaseSealed(bytes);
}

function keep(buffer: ArrayBuffer): void {
  // Somebody else took it over (a stream, another thread).
  if (buffer.byteLength === 0) return;
  const own = structuredClone(buffer, { transfer: [buffer] });
  if (own.byteLength < SMALLEST || own.byteLength > MAX_KEPT) return;
  kept.push(own);
  keptSize += own.byteLength;
  isUsed = true;
  for (let oldest = kept[0]; keptSize > MAX_KEPT && oldest !== undefined; oldest = kept[0]) {
    kept.shift();
    keptSize -= oldest.byteLength;
  }
  timer ??= setInterval(expire, IDLE_TIME).unref();
}

/** Lets everything go if nothing was taken or given back for a while. */
function expire(): void {
  if (!isUsed) {
    kept = [];
    keptSize = 0;
    if (timer !== null) clearInterval(timer);
    timer = null;
  }
  isUsed = false;
}

/** At most an eighth more, so that arrays of about the same size share memory. */
function roundUp(size: number): number {
  const step = 2 ** Math.max(16, Math.floor(Math.log2(size)) - 3);
  return Math.ceil(size / step) * step;
}
