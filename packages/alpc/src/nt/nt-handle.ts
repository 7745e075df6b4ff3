import { closeSync } from "node:fs";
import { AlpcError } from "../error.js";
import type { HandleKind, ReceivedHandle } from "../handle.js";
import type { Handle } from "./alpc-library.js";
import {
  DeviceType,
  FILE_FS_DEVICE_INFORMATION,
  FILE_STANDARD_INFORMATION,
  FileInformation,
} from "./layout/file-structures.js";
import { ObjectType } from "./layout/flags.js";
import { IO_STATUS_BLOCK } from "./layout/generic-structures.js";
import { isSuccess } from "./nt-status.js";
import { ownMemory } from "./structures.js";
import { descriptorLibrary, type SystemLibrary } from "./system-library.js";

/**
 * A handle that came with a message. `fd` of a file, pipe or device is a descriptor for node:fs, made when it is asked for; any
 * other object has no descriptor, and `fd` is the handle's value.
 */
export class NtHandle implements ReceivedHandle {
  readonly kind: HandleKind;
  readonly #close: (handle: Handle) => void;
  #handle: Handle | null;
  #fd: number | null = null;

  constructor(kind: HandleKind, handle: Handle, close: (handle: Handle) => void) {
    this.kind = kind;
    this.#handle = handle;
    this.#close = close;
  }

  /** Throws AlpcError INVALID_PARAMETER after take() or close(). */
  get fd(): number {
    if (this.#fd !== null) return this.#fd;
    if (this.#handle === null)
      throw new AlpcError("INVALID_PARAMETER", "the handle has been taken or closed");
    if (!WITH_DESCRIPTOR.has(this.kind)) return this.#handle;
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

const WITH_DESCRIPTOR: ReadonlySet<HandleKind> = new Set(["file", "directory", "pipe", "socket", "device"]);

/** The kinds of objects that are no files, by their types. */
const KINDS: ReadonlyMap<number, HandleKind> = new Map([
  [ObjectType.THREAD, "thread"],
  [ObjectType.SEMAPHORE, "semaphore"],
  [ObjectType.EVENT, "event"],
  [ObjectType.PROCESS, "process"],
  [ObjectType.MUTANT, "mutex"],
  [ObjectType.SECTION, "section"],
  [ObjectType.KEY, "reg_key"],
  [ObjectType.TOKEN, "token"],
  [ObjectType.COMPOSITION, "composition"],
  [ObjectType.JOB, "job"],
]);

/** What a received handle is: by its object type, and by the device that a file is on. */
export function handleKind(system: SystemLibrary, handle: Handle, objectType: number): HandleKind {
  if (objectType !== ObjectType.FILE) return KINDS.get(objectType) ?? "other";
  switch (deviceType(system, handle)) {
    case DeviceType.NAMED_PIPE:
      return "pipe";
    case DeviceType.NETWORK:
      return "socket";
    case DeviceType.DISK:
    case DeviceType.DISK_FILE_SYSTEM:
    case DeviceType.CD_ROM_FILE_SYSTEM:
    case DeviceType.NETWORK_FILE_SYSTEM:
      return isDirectory(system, handle) ? "directory" : "file";
    default:
      return "device";
  }
}

function deviceType(system: SystemLibrary, handle: Handle): number {
  const information = ownMemory(FILE_FS_DEVICE_INFORMATION.size);
  const status = system.NtQueryVolumeInformationFile(
    handle,
    ownMemory(IO_STATUS_BLOCK.size),
    information,
    information.length,
    FileInformation.FS_DEVICE,
  );
  return isSuccess(status) ? information.readUInt32LE(FILE_FS_DEVICE_INFORMATION.DeviceType) : 0;
}

function isDirectory(system: SystemLibrary, handle: Handle): boolean {
  const information = ownMemory(FILE_STANDARD_INFORMATION.size);
  const status = system.NtQueryInformationFile(
    handle,
    ownMemory(IO_STATUS_BLOCK.size),
    information,
    information.length,
    FileInformation.STANDARD,
  );
  return isSuccess(status) && information[FILE_STANDARD_INFORMATION.Directory] !== 0;
}

/** The handle behind a descriptor of this process. Throws AlpcError INVALID_PARAMETER. */
export function handleOf(fd: number): Handle {
  const handle = descriptorLibrary().uv_get_osfhandle(fd);
  if (handle < 0) throw new AlpcError("INVALID_PARAMETER", `${fd} is no file descriptor of this process`);
  return handle;
}
