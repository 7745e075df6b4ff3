import koffi from "koffi";
import { bindAll, type Handle, type Pointer } from "./alpc-library.js";

/** What ntdll exports beside ALPC: always the system's own. Every function answers an NTSTATUS, unsigned. */
export interface SystemLibrary {
  NtCreateIoCompletion(port: Pointer, access: number, objectAttributes: Pointer, concurrency: number): number;
  NtSetIoCompletion(port: Handle, key: number, apc: number, status: number, information: number): number;
  NtRemoveIoCompletionEx(
    port: Handle,
    entries: Pointer,
    count: number,
    removed: Pointer,
    timeout: Pointer,
    alertable: number,
  ): number;
  NtOpenThreadToken(thread: Handle, access: number, openAsSelf: number, token: Pointer): number;
  NtOpenProcessToken(process: Handle, access: number, token: Pointer): number;
  NtQueryInformationToken(
    token: Handle,
    informationClass: number,
    information: Pointer,
    length: number,
    returned: Pointer,
  ): number;
  NtSetInformationThread(
    thread: Handle,
    informationClass: number,
    information: Pointer,
    length: number,
  ): number;
  NtOpenProcess(process: Pointer, access: number, objectAttributes: Pointer, clientId: Pointer): number;
  /** Closes handles that are no ports. */
  NtClose(handle: Handle): number;
  NtOpenDirectoryObject(directory: Pointer, access: number, objectAttributes: Pointer): number;
  NtQueryDirectoryObject(
    directory: Handle,
    buffer: Pointer,
    length: number,
    single: number,
    restart: number,
    context: Pointer,
    returned: Pointer,
  ): number;
  NtQueryInformationFile(
    file: Handle,
    ioStatus: Pointer,
    information: Pointer,
    length: number,
    informationClass: number,
  ): number;
  NtQueryVolumeInformationFile(
    file: Handle,
    ioStatus: Pointer,
    information: Pointer,
    length: number,
    informationClass: number,
  ): number;
  NtReadVirtualMemory(
    process: Handle,
    address: number,
    buffer: Pointer,
    length: number,
    done: Pointer,
  ): number;
  NtWriteVirtualMemory(
    process: Handle,
    address: number,
    buffer: Pointer,
    length: number,
    done: Pointer,
  ): number;
  /** Copies memory; the result means nothing. */
  RtlMoveMemory(target: Pointer, source: Pointer, length: number): number;
}

/** What node.exe exports of libuv: between file descriptors of this process and handles. */
export interface DescriptorLibrary {
  /** -1 if there is none; -2 for a descriptor without a handle. */
  uv_get_osfhandle(fd: number): number;
  /** The descriptor owns the handle from then on; -1 if the handle is no file. */
  uv_open_osfhandle(handle: number): number;
}

const p = "void *";
const h = "int64";
const u = "uint32";
const b = "uint8";

const signatures: Record<keyof SystemLibrary, readonly string[]> = {
  NtCreateIoCompletion: [p, u, p, u],
  NtSetIoCompletion: [h, h, h, u, h],
  NtRemoveIoCompletionEx: [h, p, u, p, p, b],
  NtOpenThreadToken: [h, u, b, p],
  NtOpenProcessToken: [h, u, p],
  NtQueryInformationToken: [h, u, p, u, p],
  NtSetInformationThread: [h, u, p, u],
  NtOpenProcess: [p, u, p, p],
  NtClose: [h],
  NtOpenDirectoryObject: [p, u, p],
  NtQueryDirectoryObject: [h, p, u, b, b, p, p],
  NtQueryInformationFile: [h, p, p, u, u],
  NtQueryVolumeInformationFile: [h, p, p, u, u],
  NtReadVirtualMemory: [h, h, p, h, p],
  NtWriteVirtualMemory: [h, h, p, h, p],
  RtlMoveMemory: [p, p, h],
};

let system: SystemLibrary | undefined;

/** Loaded at the first call in each thread. */
export function systemLibrary(): SystemLibrary {
  system ??= bindAll<SystemLibrary>("ntdll.dll", signatures);
  return system;
}

let descriptors: DescriptorLibrary | undefined;

/** Loaded at the first call. */
export function descriptorLibrary(): DescriptorLibrary {
  if (descriptors === undefined) {
    const library = koffi.load(process.execPath);
    descriptors = {
      uv_get_osfhandle: library.func("uv_get_osfhandle", "int64", ["int"]),
      uv_open_osfhandle: library.func("uv_open_osfhandle", "int", ["int64"]),
    };
  }
  return descriptors;
}
