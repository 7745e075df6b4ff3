import { detachBuffer } from "../detach-buffer.js";
import { AlpcError } from "../error.js";
import { LastingWindow } from "./lasting-memory.js";
import { C, errnoName, type LibC, viewOf } from "./libc.js";

/** How JavaScript sees mapped memory: in place, or (where the runtime refuses foreign ArrayBuffers, as Electron does) as a copy. */
export type MemoryMode = "mapped" | "copied";

/** "read-only" memory can be written to without a fault, but what is written stays here and goes when the window is detached. */
export type MemoryAccess = "read-write" | "read-only";

/** Octets from which memory is shown through a lasting window: below, the address space that takes is not worth it. */
const LASTING_FROM = 256 * 1024;

/** A mapping of a descriptor into this process: the one owner of that address range. */
export class MappedMemory implements Disposable {
  /** Octets. */
  readonly size: number;
  readonly #libc: LibC;
  readonly #range: AddressRange;
  readonly #access: MemoryAccess;
  readonly #mode: MemoryMode;
  readonly #windows = new Set<MemoryWindow>();
  /** Made when first needed; null where it cannot be. */
  #lasting: LastingWindow | null | undefined;
  #isMapped = true;

  private constructor(libc: LibC, range: AddressRange, access: MemoryAccess, mode: MemoryMode) {
    this.size = range.size;
    this.#libc = libc;
    this.#range = range;
    this.#access = access;
    this.#mode = mode;
  }

  /**
   * Maps the first `size` octets of `fd`, which stays the caller's and may be closed at once. The caller has made sure
   * that the file cannot shrink (see checkSection): touching a page beyond its end would end the process.
   * Throws AlpcError INSUFFICIENT_RESOURCES.
   */
  static map(libc: LibC, fd: number, size: number, access: MemoryAccess, mode: MemoryMode): MappedMemory {
    // A private mapping shows what the other side writes, and turns a stray write of ours into a copy instead of SIGSEGV.
    const flags = access === "read-write" ? C.MAP_SHARED : C.MAP_PRIVATE | C.MAP_NORESERVE;
    const address = libc.mmap(null, size, C.PROT_READ | C.PROT_WRITE, flags, fd, 0);
    if (address === C.MAP_FAILED) {
      const errno = errnoName(libc.errno());
      throw new AlpcError("INSUFFICIENT_RESOURCES", `cannot map ${size} octets of a section: ${errno}`, {
        errno,
      });
    }
    return new MappedMemory(libc, new AddressRange(libc, address, size), access, mode);
  }

  get isMapped(): boolean {
    return this.#isMapped;
  }

  /** Copies the first octets to `target`, as many as it holds. Throws as lend() does. */
  copyTo(target: Uint8Array): void {
    this.#check(target.length);
    if (target.length > 0) this.#libc.memcpy(target, this.#range.address, target.length);
  }

  /** Copies `source` to octet `at`. Throws as lend() does. */
  fill(source: Uint8Array, at: number): void {
    this.#check(at + source.length);
    if (source.length > 0) this.#libc.memcpy(this.#range.address + at, source, source.length);
  }

  /** A new window over the first `length` octets. Throws AlpcError: INVALID_PARAMETER beyond the mapping, PORT_DISCONNECTED after unmap(). */
  lend(length: number): MemoryWindow {
    this.#check(length);
    const window = this.#lendLasting(length) ?? this.#lendHere(length);
    this.#windows.add(window);
    return window;
  }

  /** A window over all of it that is kept until unmap(). Throws as lend() does. */
  lendWhole(): MemoryWindow {
    this.#check(this.size);
    const window = this.#lendHere(this.size);
    this.#windows.add(window);
    return window;
  }

  /** One at a time: null if that cannot be. */
  #lendLasting(length: number): MemoryWindow | null {
    if (this.#access === "read-only" || this.#mode !== "mapped") return null;
    if (length < LASTING_FROM || this.#windows.size > 0) return null;
    if (this.#lasting === undefined)
      this.#lasting = LastingWindow.over(this.#libc, this.#range.address, this.size);
    const lasting = this.#lasting;
    if (lasting === null) return null;
    const window = new MemoryWindow(
      lasting.lend(length),
      () => {},
      () => {
        lasting.detach();
        this.#windows.delete(window);
      },
    );
    return window;
  }

  #lendHere(length: number): MemoryWindow {
    const { address } = this.#range;
    const inPlace = this.#mode === "mapped" && length > 0;
    const buffer = inPlace ? viewOf(address, length) : new ArrayBuffer(length);
    const bytes = new Uint8Array(buffer);
    if (inPlace) this.#range.retainFor(buffer);
    else if (length > 0) this.#libc.memcpy(bytes, address, length);
    const window = new MemoryWindow(
      bytes,
      () => {
        if (!inPlace && length > 0 && this.#access === "read-write")
          this.#libc.memcpy(address, bytes, length);
      },
      () => {
        detachBuffer(buffer);
        this.#windows.delete(window);
        if (inPlace && this.#access === "read-only" && this.#isMapped) {
          this.#libc.madvise(address, length, C.MADV_DONTNEED);
        }
      },
    );
    return window;
  }

  #check(length: number): void {
    if (!this.#isMapped) throw new AlpcError("PORT_DISCONNECTED", "the section is no longer mapped");
    if (!Number.isInteger(length) || length < 0 || length > this.size) {
      throw new AlpcError("INVALID_PARAMETER", `a window of ${length} octets in a section of ${this.size}`);
    }
  }

  /** Detaches every window and gives the memory back. Idempotent. */
  unmap(): void {
    if (!this.#isMapped) return;
    this.#isMapped = false;
    for (const window of this.#windows) window.detach();
    this.#lasting?.unmap();
    this.#range.retire();
  }

  [Symbol.dispose](): void {
    this.unmap();
  }
}

/** Mapped memory lent to a user for a while. */
export class MemoryWindow {
  /** Length 0 after detach(). */
  readonly bytes: Uint8Array;
  readonly #publish: () => void;
  readonly #detach: () => void;
  #isDetached = false;

  constructor(bytes: Uint8Array, publish: () => void, detach: () => void) {
    this.bytes = bytes;
    this.#publish = publish;
    this.#detach = detach;
  }

  /** Makes what was written visible to the other side; does nothing where the window is the memory itself. Call before sending. */
  publish(): void {
    if (!this.#isDetached) this.#publish();
  }

  /** Ends the loan: `bytes` and everything made from its buffer has length 0. The mapping stays. Idempotent. */
  detach(): void {
    if (this.#isDetached) return;
    this.#isDetached = true;
    this.#detach();
  }
}

/**
 * Addresses that must stay valid as long as any ArrayBuffer made over them lives: a native operation in flight (zlib, fs)
 * keeps the buffer object, and goes on with the address even though JavaScript's side of it is detached.
 */
class AddressRange {
  readonly address: number;
  readonly size: number;
  readonly #libc: LibC;
  #buffers = 0;
  #isRetired = false;

  constructor(libc: LibC, address: number, size: number) {
    this.#libc = libc;
    this.address = address;
    this.size = size;
  }

  retainFor(buffer: ArrayBuffer): void {
    this.#buffers++;
    collected.register(buffer, this);
  }

  /** The section's memory goes now; the addresses read as zero until the last buffer over them has been collected. */
  retire(): void {
    this.#isRetired = true;
    if (this.#buffers === 0) {
      this.#libc.munmap(this.address, this.size);
      return;
    }
    const flags = C.MAP_PRIVATE | C.MAP_FIXED | C.MAP_ANONYMOUS | C.MAP_NORESERVE;
    this.#libc.mmap(this.address, this.size, C.PROT_READ | C.PROT_WRITE, flags, -1, 0);
  }

  release(): void {
    this.#buffers--;
    if (this.#isRetired && this.#buffers === 0) this.#libc.munmap(this.address, this.size);
  }
}

const collected = new FinalizationRegistry<AddressRange>((range) => range.release());

/** Whether this runtime lets JavaScript see foreign memory in place, and lets it be taken away again. Tried on one page. */
export function detectMemoryMode(libc: LibC): MemoryMode {
  const size = 4096;
  const flags = C.MAP_PRIVATE | C.MAP_ANONYMOUS;
  const address = libc.mmap(null, size, C.PROT_READ | C.PROT_WRITE, flags, -1, 0);
  if (address === C.MAP_FAILED) return "copied";
  try {
    const buffer = viewOf(address, size);
    const bytes = new Uint8Array(buffer);
    detachBuffer(buffer);
    return bytes.length === 0 ? "mapped" : "copied";
  } catch {
    return "copied";
  } finally {
    libc.munmap(address, size);
  }
}
