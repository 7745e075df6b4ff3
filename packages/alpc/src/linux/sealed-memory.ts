import { writeSync } from "node:fs";
import { AlpcError } from "../error.js";
import { mapForGood } from "./lasting-memory.js";
import { C, errnoName, type LibC } from "./libc.js";
import { MappedMemory } from "./mapped-memory.js";
import { admitSection, createMemoryFile } from "./section.js";

/**
 * Size and content can never change again, by whomever: the system refuses this seal while a writable mapping exists
 * anywhere, refuses writes, new writable mappings and the punching of holes from then on, and seals are not taken off.
 */
const SEALS = C.F_SEAL_SEAL | C.F_SEAL_SHRINK | C.F_SEAL_GROW | C.F_SEAL_WRITE;

/** A memory file that is sealed for good: made here, or received and checked. Its owner closes it. */
export class SealedMemory {
  /** Octets. */
  readonly size: number;
  readonly #libc: LibC;
  readonly #fd: number;
  readonly #listeners = new Set<(memory: SealedMemory) => void>();
  #mapping: number | null = null;
  #isClosed = false;

  private constructor(libc: LibC, fd: number, size: number) {
    this.#libc = libc;
    this.#fd = fd;
    this.size = size;
  }

  /** Copies `bytes` into memory of its own and seals it. Throws AlpcError INSUFFICIENT_RESOURCES. */
  static of(libc: LibC, bytes: Uint8Array): SealedMemory {
    return SealedMemory.#make(libc, bytes.length, (fd) => {
      for (let at = 0; at < bytes.length; ) at += write(fd, bytes, at);
    });
  }

  /** Has `fill` write into new memory, zeroed, in place, and seals it then: the array that `fill` got is detached. */
  static async fill(
    libc: LibC,
    size: number,
    fill: (target: Uint8Array) => void | Promise<void>,
  ): Promise<SealedMemory> {
    const fd = createMemoryFile(libc);
    try {
      check(libc, libc.ftruncate(fd, size), `make ${size} octets of memory`);
      if (size > 0) {
        using memory = MappedMemory.map(libc, fd, size, "read-write", "mapped");
        await fill(memory.lend(size).bytes);
      }
      return SealedMemory.#seal(libc, fd, size);
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  /** Takes a received descriptor over, and closes it if this throws: AlpcError INVALID_MESSAGE unless it is sealed for good and has `size` octets. */
  static receive(libc: LibC, fd: number, size: number): SealedMemory {
    admitSection(libc, fd, size);
    try {
      const seals = libc.fcntl(fd, C.F_GET_SEALS, 0);
      if ((seals & SEALS) !== SEALS) {
        throw new AlpcError(
          "INVALID_MESSAGE",
          `the section can be written to (seals 0x${seals.toString(16)})`,
        );
      }
      return new SealedMemory(libc, fd, size);
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  static #make(libc: LibC, size: number, write: (fd: number) => void): SealedMemory {
    const fd = createMemoryFile(libc);
    try {
      write(fd);
      return SealedMemory.#seal(libc, fd, size);
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  static #seal(libc: LibC, fd: number, size: number): SealedMemory {
    // 0400: whoever gets the descriptor cannot open the file anew through /proc, unless it is the owner anyway.
    check(libc, libc.fchmod(fd, 0o400), "protect a section");
    check(libc, libc.fcntl(fd, C.F_ADD_SEALS, SEALS), "seal a section");
    return new SealedMemory(libc, fd, size);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** A descriptor for someone else, the caller's to close. Throws AlpcError INSUFFICIENT_RESOURCES. */
  duplicate(): number {
    const fd = this.#libc.fcntl(this.#fd, C.F_DUPFD_CLOEXEC, 0);
    check(this.#libc, fd, "duplicate a section's descriptor");
    return fd;
  }

  /** The memory for JavaScript to keep (see mapForGood), where that is not possible a copy. */
  map(): Uint8Array<ArrayBuffer> {
    const mapped = mapForGood(this.#libc, this.#fd, this.size);
    if (mapped !== null) return mapped;
    const copy = new Uint8Array(this.size);
    this.copyTo(copy, 0);
    return copy;
  }

  /** Fills `target` with what lies at `offset`, whatever users have written into mappings of theirs. */
  copyTo(target: Uint8Array, offset: number): void {
    if (offset + target.length > this.size) {
      throw new AlpcError("INVALID_PARAMETER", `${target.length} octets at ${offset} of ${this.size}`);
    }
    if (target.length > 0) this.#libc.memcpy(target, this.#address() + offset, target.length);
  }

  /** `listener` is called once, when this is closed. Returns a function that takes it off. */
  onClosed(listener: (memory: SealedMemory) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Closes the descriptor; mappings of `map` live on. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#mapping !== null) this.#libc.munmap(this.#mapping, this.size);
    this.#libc.close(this.#fd);
    for (const listener of this.#listeners) listener(this);
    this.#listeners.clear();
  }

  /** A mapping that JavaScript never sees, so that nobody writes to it. */
  #address(): number {
    if (this.#mapping !== null) return this.#mapping;
    const address = this.#libc.mmap(null, this.size, C.PROT_READ, C.MAP_SHARED, this.#fd, 0);
    check(this.#libc, address, `map ${this.size} octets of a section`);
    this.#mapping = address;
    return address;
  }
}

/** write(2) takes less than 2 GiB at once. */
const MAX_WRITE = 1 << 30;

function write(fd: number, bytes: Uint8Array, at: number): number {
  try {
    return writeSync(fd, bytes, at, Math.min(MAX_WRITE, bytes.length - at), at);
  } catch (cause) {
    throw new AlpcError("INSUFFICIENT_RESOURCES", `cannot fill a section of ${bytes.length} octets`, {
      cause,
    });
  }
}

function check(libc: LibC, result: number, what: string): void {
  if (result !== -1) return;
  const errno = errnoName(libc.errno());
  throw new AlpcError("INSUFFICIENT_RESOURCES", `cannot ${what}: ${errno}`, { errno });
}
