import koffi from "koffi";

/**
 * Memory handed to a call: a buffer, or an address. Addresses of user space fit a double exactly on 64-bit Windows. A buffer's
 * address is only good during the call, so that whatever another structure points to stays referenced by the caller and
 * owns its memory (Buffer.allocUnsafeSlow).
 */
export type Pointer = Uint8Array | number | null;

/** A kernel handle, or what ALPC calls one. Values are small; -1 is the own process, -2 the own thread. */
export type Handle = number;

/**
 * The ALPC calls and NtClose, as ntdll exports them. Every function answers an NTSTATUS, unsigned; success is
 * `status < 0x80000000`, but see `Status` for successes that are none (TIMEOUT, say). Structures are those of layout/.
 */
export interface AlpcLibrary {
  NtAlpcCreatePort(port: Pointer, objectAttributes: Pointer, portAttributes: Pointer): number;
  NtAlpcConnectPort(
    port: Pointer,
    name: Pointer,
    objectAttributes: Pointer,
    portAttributes: Pointer,
    flags: number,
    requiredServerSid: Pointer,
    message: Pointer,
    length: Pointer,
    outAttributes: Pointer,
    inAttributes: Pointer,
    timeout: Pointer,
  ): number;
  NtAlpcConnectPortEx(
    port: Pointer,
    connectionPort: Pointer,
    objectAttributes: Pointer,
    portAttributes: Pointer,
    flags: number,
    serverRequirement: Pointer,
    message: Pointer,
    length: Pointer,
    outAttributes: Pointer,
    inAttributes: Pointer,
    timeout: Pointer,
  ): number;
  NtAlpcAcceptConnectPort(
    port: Pointer,
    connectionPort: Handle,
    flags: number,
    objectAttributes: Pointer,
    portAttributes: Pointer,
    portContext: number,
    message: Pointer,
    attributes: Pointer,
    accept: number,
  ): number;
  NtAlpcSendWaitReceivePort(
    port: Handle,
    flags: number,
    sendMessage: Pointer,
    sendAttributes: Pointer,
    receiveMessage: Pointer,
    length: Pointer,
    receiveAttributes: Pointer,
    timeout: Pointer,
  ): number;
  NtAlpcDisconnectPort(port: Handle, flags: number): number;
  NtAlpcCancelMessage(port: Handle, flags: number, context: Pointer): number;
  NtAlpcSetInformation(port: Handle, informationClass: number, information: Pointer, length: number): number;
  NtAlpcQueryInformation(
    port: Handle,
    informationClass: number,
    information: Pointer,
    length: number,
    returned: Pointer,
  ): number;
  NtAlpcQueryInformationMessage(
    port: Handle,
    message: Pointer,
    informationClass: number,
    information: Pointer,
    length: number,
    returned: Pointer,
  ): number;
  NtAlpcCreatePortSection(
    port: Handle,
    flags: number,
    section: Handle,
    size: number,
    alpcSection: Pointer,
    actualSize: Pointer,
  ): number;
  NtAlpcDeletePortSection(port: Handle, flags: number, alpcSection: Handle): number;
  NtAlpcCreateSectionView(port: Handle, flags: number, view: Pointer): number;
  NtAlpcDeleteSectionView(port: Handle, flags: number, base: number): number;
  NtAlpcCreateSecurityContext(port: Handle, flags: number, security: Pointer): number;
  NtAlpcDeleteSecurityContext(port: Handle, flags: number, context: Handle): number;
  NtAlpcRevokeSecurityContext(port: Handle, flags: number, context: Handle): number;
  NtAlpcImpersonateClientOfPort(port: Handle, message: Pointer, flags: number): number;
  NtAlpcOpenSenderProcess(
    process: Pointer,
    port: Handle,
    message: Pointer,
    flags: number,
    access: number,
    objectAttributes: Pointer,
  ): number;
  NtAlpcOpenSenderThread(
    thread: Pointer,
    port: Handle,
    message: Pointer,
    flags: number,
    access: number,
    objectAttributes: Pointer,
  ): number;
  NtReadRequestData(
    port: Handle,
    message: Pointer,
    index: number,
    buffer: Pointer,
    length: number,
    done: Pointer,
  ): number;
  NtWriteRequestData(
    port: Handle,
    message: Pointer,
    index: number,
    buffer: Pointer,
    length: number,
    done: Pointer,
  ): number;
  /** Not a status: the upper bound for ALPC_PORT_ATTRIBUTES.MaxMessageLength, octets. */
  AlpcMaxAllowedMessageLength(): number;
  NtClose(handle: Handle): number;
}

const p = "void *";
const h = "int64";
const u = "uint32";

/** Parameter types by function, result and all. */
const signatures: Record<keyof AlpcLibrary, readonly string[]> = {
  NtAlpcCreatePort: [p, p, p],
  NtAlpcConnectPort: [p, p, p, p, u, p, p, p, p, p, p],
  NtAlpcConnectPortEx: [p, p, p, p, u, p, p, p, p, p, p],
  NtAlpcAcceptConnectPort: [p, h, u, p, p, h, p, p, "uint8"],
  NtAlpcSendWaitReceivePort: [h, u, p, p, p, p, p, p],
  NtAlpcDisconnectPort: [h, u],
  NtAlpcCancelMessage: [h, u, p],
  NtAlpcSetInformation: [h, u, p, u],
  NtAlpcQueryInformation: [h, u, p, u, p],
  NtAlpcQueryInformationMessage: [h, p, u, p, u, p],
  NtAlpcCreatePortSection: [h, u, h, h, p, p],
  NtAlpcDeletePortSection: [h, u, h],
  NtAlpcCreateSectionView: [h, u, p],
  NtAlpcDeleteSectionView: [h, u, h],
  NtAlpcCreateSecurityContext: [h, u, p],
  NtAlpcDeleteSecurityContext: [h, u, h],
  NtAlpcRevokeSecurityContext: [h, u, h],
  NtAlpcImpersonateClientOfPort: [h, p, h],
  NtAlpcOpenSenderProcess: [p, h, p, u, u, p],
  NtAlpcOpenSenderThread: [p, h, p, u, u, p],
  NtReadRequestData: [h, p, u, h, h, p],
  NtWriteRequestData: [h, p, u, h, h, p],
  AlpcMaxAllowedMessageLength: [],
  NtClose: [h],
};

/** Loads the calls from a library, ntdll.dll if nothing else is said. Throws what koffi throws if there is no such thing. */
export function loadAlpcLibrary(path = "ntdll.dll"): AlpcLibrary {
  return bindAll(path, signatures);
}

/** Binds every function of a table of parameter types; all answer u32. */
export function bindAll<T>(path: string, table: Record<keyof T, readonly string[]>): T {
  const library = koffi.load(path);
  const bound: Partial<Record<keyof T, unknown>> = {};
  for (const name in table) bound[name] = library.func(name, u, [...table[name]]);
  return bound as T;
}

/** The address of a buffer that owns its memory. */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}
