import { fstatSync, statfsSync } from "node:fs";
import { AlpcError } from "../error.js";
import { descriptorCloser } from "./descriptor-closer.js";
import { C, Errno, errnoName, type LibC } from "./libc.js";
import { MappedMemory, type MemoryMode } from "./mapped-memory.js";

/**
 * "request": client and server write; it carries messages to the server. "reply": only the server, which made it,
 * writes; the client's mapping is read-only. The server makes and seals both, so it takes descriptors from nobody.
 */
export type SectionKind = "request" | "reply";

/** Sections as they are offered: those, and memory that nobody can change any more (SealedMemory). */
export type OfferedKind = SectionKind | "sealed";

/** A port section that is mapped here. */
export class Section implements Disposable {
  readonly kind: SectionKind;
  readonly memory: MappedMemory;
  readonly #libc: LibC;
  #fd: number | null;

  constructor(libc: LibC, kind: SectionKind, memory: MappedMemory, fd: number | null) {
    this.#libc = libc;
    this.kind = kind;
    this.memory = memory;
    this.#fd = fd;
  }

  /** Octets. */
  get size(): number {
    return this.memory.size;
  }

  /** The descriptor for the client; the caller owns it from then on. The mapping does not need it. Throws AlpcError INVALID_PARAMETER the second time. */
  takeDescriptor(): number {
    const fd = this.#fd;
    if (fd === null) throw new AlpcError("INVALID_PARAMETER", "the section's descriptor has been taken");
    this.#fd = null;
    return fd;
  }

  /** Detaches, unmaps and closes. Idempotent. */
  close(): void {
    if (this.#fd !== null) this.#libc.close(this.#fd);
    this.#fd = null;
    this.memory.unmap();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const FIXED_SIZE = C.F_SEAL_SHRINK | C.F_SEAL_GROW | C.F_SEAL_SEAL;
const TMPFS_MAGIC = 0x01021994;

/**
 * Server: makes a section of `size` octets, zeroed, sealed against changes of its size (and, for "reply", against writing by
 * anyone else), and maps it. Throws AlpcError INSUFFICIENT_RESOURCES, with `errno`.
 */
export function makeSection(
  libc: LibC,
  size: number,
  kind: SectionKind,
  mode: MemoryMode,
  name?: MemoryFileName,
): Section {
  const fd = createMemoryFile(libc, name);
  try {
    check(libc, libc.ftruncate(fd, size), `make a section of ${size} octets`);
    // 0400: whoever gets the descriptor cannot open the file anew through /proc, unless it is the owner anyway.
    check(libc, libc.fchmod(fd, 0o400), "protect a section");
    const memory = MappedMemory.map(libc, fd, size, "read-write", mode);
    try {
      // After our own writable mapping, which this seal leaves alone.
      const seals = kind === "reply" ? FIXED_SIZE | C.F_SEAL_FUTURE_WRITE : FIXED_SIZE;
      check(libc, libc.fcntl(fd, C.F_ADD_SEALS, seals), "seal a section");
    } catch (error) {
      memory.unmap();
      throw error;
    }
    return new Section(libc, kind, memory, fd);
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/**
 * Client: checks and maps a section that the server handed over. Takes `fd` over and closes it, whatever happens.
 * Throws AlpcError INVALID_MESSAGE if it is not what checkSection demands.
 */
export function openSection(
  libc: LibC,
  fd: number,
  size: number,
  kind: SectionKind,
  mode: MemoryMode,
): Section {
  admitSection(libc, fd, size);
  try {
    const access = kind === "request" ? "read-write" : "read-only";
    return new Section(libc, kind, MappedMemory.map(libc, fd, size, access, mode), null);
  } finally {
    libc.close(fd);
  }
}

/**
 * Makes sure that touching `size` octets of `fd` can never fault: memory whose size is `size` and is sealed for good.
 * Throws AlpcError INVALID_MESSAGE that says what is wrong.
 */
export function checkSection(libc: LibC, fd: number, size: number): void {
  // The seals first: only memory files have them, and asking never waits, unlike stat on somebody's FUSE.
  const seals = libc.fcntl(fd, C.F_GET_SEALS, 0);
  if (seals === -1)
    throw new AlpcError("INVALID_MESSAGE", "the section is not a memory file", {
      errno: errnoName(libc.errno()),
    });
  if ((seals & FIXED_SIZE) !== FIXED_SIZE) {
    throw new AlpcError(
      "INVALID_MESSAGE",
      `the section's size is not sealed (seals 0x${seals.toString(16)})`,
    );
  }
  const actual = fstatSync(fd).size;
  if (actual !== size)
    throw new AlpcError("INVALID_MESSAGE", `the section has ${actual} octets, announced were ${size}`);
  // Huge pages can run out at the first touch, which is a SIGBUS.
  if (statfsSync(`/proc/self/fd/${fd}`).type !== TMPFS_MAGIC) {
    throw new AlpcError("INVALID_MESSAGE", "the section does not lie in ordinary memory");
  }
}

/** The same for a descriptor that a peer has sent. What it is not is closed: by another thread, as that takes as long as the peer likes. */
export function admitSection(libc: LibC, fd: number, size: number): void {
  try {
    checkSection(libc, fd, size);
  } catch (error) {
    descriptorCloser().close(fd);
    throw error;
  }
}

/** What /proc/PID/maps says of a mapping, to tell what is lent for a message from what a connection keeps. */
export type MemoryFileName = "ncalrpc-section" | "ncalrpc-list";

/** A new memory file, empty, to be sealed. Throws AlpcError INSUFFICIENT_RESOURCES. */
export function createMemoryFile(libc: LibC, name: MemoryFileName = "ncalrpc-section"): number {
  let fd = libc.memfd_create(name, C.MFD_CLOEXEC | C.MFD_ALLOW_SEALING | C.MFD_NOEXEC_SEAL);
  // Linux before 6.3 does not know MFD_NOEXEC_SEAL.
  if (fd === -1 && libc.errno() === Errno.EINVAL)
    fd = libc.memfd_create(name, C.MFD_CLOEXEC | C.MFD_ALLOW_SEALING);
  check(libc, fd, "make a section");
  return fd;
}

function check(libc: LibC, result: number, what: string): void {
  if (result !== -1) return;
  const errno = errnoName(libc.errno());
  throw new AlpcError("INSUFFICIENT_RESOURCES", `cannot ${what}: ${errno}`, { errno });
}
