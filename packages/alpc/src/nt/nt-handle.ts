import { closeSync } from "node:fs";
import { AlpcError } from "../error.js";
import type { ReceivedHandle } from "../handle.js";
import type { Handle } from "./alpc-library.js";
import { ObjectType } from "./layout/flags.js";
import { isSuccess } from "./nt-status.js";
import { dataView, ownMemory } from "./structures.js";
import { descriptorLibrary, type SystemLibrary } from "./system-library.js";

/** FILE_DEVICE_* of FileFsDeviceInformation (4), and FileStandardInformation (5), whose octet 0x15 is Directory (winternl.h, ntifs.h). */
const DEVICE_INFORMATION = { class: 4, size: 8 };
const STANDARD_INFORMATION = { class: 5, size: 0x18, directory: 0x15 };
const FILE_DEVICE_CD_ROM_FILE_SYSTEM = 0x3;
const FILE_DEVICE_DISK = 0x7;
const FILE_DEVICE_DISK_FILE_SYSTEM = 0x8;
const FILE_DEVICE_NAMED_PIPE = 0x11;
const FILE_DEVICE_NETWORK_FILE_SYSTEM = 0x14;
const FILE_DEVICE_NETWORK = 0x12;

/**
 * A handle that came with a message. `fd` of a file, pipe or device is a descriptor for node:fs, made when it is asked for; any
 * other object has no descriptor, and `fd` is the handle's value.
 */
export class NtHandle implements ReceivedHandle {
  readonly kind: ReceivedHandle["kind"];
  readonly #close: (handle: Handle) => void;
  #handle: Handle | null;
  #fd: number | null = null;

  constructor(kind: ReceivedHandle["kind"], handle: Handle, close: (handle: Handle) => void) {
    this.kind = kind;
    this.#handle = handle;
    this.#close = close;
  }

  /** Throws AlpcError INVALID_PARAMETER after take() or close(). */
  get fd(): number {
    if (this.#fd !== null) return this.#fd;
    if (this.#handle === null)
      throw new AlpcError("INVALID_PARAMETER", "the handle has been taken or closed");
    if (this.kind === "section" || this.kind === "other") return this.#handle;
    const fd = descriptorLibrary().uv_open_osfhandle(this.#handle);
    if (fd < 0) throw new AlpcError("NOT_SUPPORTED", "no file descriptor can be made of the handle");
    this.#fd = fd;
    return fd;
  }

  take(): number {
    const { fd } = this;
    this.#handle = null;
    this.#fd = null;
    return fd;
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    else if (this.#handle !== null) this.#close(this.#handle);
    this.#handle = null;
    this.#fd = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What a received handle is: by its object type, and by the device that a file is on. */
export function handleKind(
  system: SystemLibrary,
  handle: Handle,
  objectType: number,
): ReceivedHandle["kind"] {
  if (objectType === ObjectType.SECTION) return "section";
  if (objectType !== ObjectType.FILE) return "other";
  switch (deviceType(system, handle)) {
    case FILE_DEVICE_NAMED_PIPE:
      return "pipe";
    case FILE_DEVICE_NETWORK:
      return "socket";
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_DISK_FILE_SYSTEM:
    case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
    case FILE_DEVICE_NETWORK_FILE_SYSTEM:
      return isDirectory(system, handle) ? "directory" : "file";
    default:
      return "device";
  }
}

function deviceType(system: SystemLibrary, handle: Handle): number {
  const information = ownMemory(DEVICE_INFORMATION.size);
  const status = system.NtQueryVolumeInformationFile(
    handle,
    ownMemory(16),
    information,
    information.length,
    DEVICE_INFORMATION.class,
  );
  return isSuccess(status) ? dataView(information).getUint32(0, true) : 0;
}

function isDirectory(system: SystemLibrary, handle: Handle): boolean {
  const information = ownMemory(STANDARD_INFORMATION.size);
  const { size, directory } = STANDARD_INFORMATION;
  const status = system.NtQueryInformationFile(
    handle,
    ownMemory(16),
    information,
    size,
    STANDARD_INFORMATION.class,
  );
  return isSuccess(status) && information[directory] !== 0;
}

/** The handle behind a descriptor of this process. Throws AlpcError INVALID_PARAMETER. */
export function handleOf(fd: number): Handle {
  const handle = descriptorLibrary().uv_get_osfhandle(fd);
  if (handle < 0) throw new AlpcError("INVALID_PARAMETER", `${fd} is no file descriptor of this process`);
  return handle;
}
