import { NtStatus, type NtStatusName } from "./error.js";
import { MAX_MESSAGE_LENGTH, PORT_MESSAGE_SIZE } from "./message.js";
import { checkConnectPayload, MAX_CONNECT_PAYLOAD } from "./port-limits.js";
import { violation } from "./port-message.js";

/**
 * What the kernels of the two sides put before the user's octets in CONNECTION_REQUEST and CONNECTION_REPLY.
 *
 * CONNECTION_REQUEST: 0 u32 magic, 4 u16 version, 6 u16 flags (1 dynamic tracking, 2 delegate, 4 completion list, 8 handles), 8.. payload.
 * CONNECTION_REPLY: 0 u32 magic, 4 u16 version, 6 u16 flags (1 direct memory, 2 handles, 4 completion list), 8 u32 NTSTATUS (0 accepted),
 * 12 u32 maxMessageLength, 16 f64 maxViewSize (0 no views), 24.. payload.
 */
const MAGIC = 0x4350_4c41; // "ALPC"
const VERSION = 1;
const REQUEST_HEADER = 8;
const REPLY_HEADER = 24;
const DYNAMIC = 1;
const DELEGATE = 2;
const REQUEST_LIST = 4;
const REQUEST_HANDLES = 8;
const DIRECT_MEMORY = 1;
const HANDLES = 2;
const REPLY_LIST = 4;

export interface ConnectRequest {
  readonly tracking: "static" | "dynamic";
  readonly delegate: boolean;
  /** The client can use a completion list. */
  readonly completionList?: boolean;
  /** The client takes handles. */
  readonly acceptsHandles?: boolean;
  readonly payload: Uint8Array;
}

export interface ConnectReply {
  /** Null: accepted. */
  readonly refusal: NtStatusName | null;
  readonly maxMessageLength: number;
  readonly maxViewSize: number;
  readonly allowsDirectMemory: boolean;
  readonly acceptsHandles: boolean;
  /** The server may offer a completion list. */
  readonly completionList?: boolean;
  readonly payload: Uint8Array;
}

/** Throws AlpcError PORT_MESSAGE_TOO_LONG if the payload does not fit. */
export function encodeConnectRequest(request: ConnectRequest): Buffer {
  const bytes = start(REQUEST_HEADER, request.payload);
  bytes.writeUInt16LE(
    (request.tracking === "dynamic" ? DYNAMIC : 0) |
      (request.delegate ? DELEGATE : 0) |
      (request.completionList ? REQUEST_LIST : 0) |
      (request.acceptsHandles ? REQUEST_HANDLES : 0),
    6,
  );
  return bytes;
}

/** The payload is copied. Throws AlpcError INVALID_MESSAGE. */
export function decodeConnectRequest(bytes: Buffer): ConnectRequest {
  const flags = checkStart(bytes, REQUEST_HEADER, DYNAMIC | DELEGATE | REQUEST_LIST | REQUEST_HANDLES);
  return {
    tracking: (flags & DYNAMIC) !== 0 ? "dynamic" : "static",
    delegate: (flags & DELEGATE) !== 0,
    completionList: (flags & REQUEST_LIST) !== 0,
    acceptsHandles: (flags & REQUEST_HANDLES) !== 0,
    payload: Uint8Array.from(bytes.subarray(REQUEST_HEADER)),
  };
}

/** Throws AlpcError PORT_MESSAGE_TOO_LONG if the payload does not fit. */
export function encodeConnectReply(reply: ConnectReply): Buffer {
  const bytes = start(REPLY_HEADER, reply.payload);
  bytes.writeUInt16LE(
    (reply.allowsDirectMemory ? DIRECT_MEMORY : 0) |
      (reply.acceptsHandles ? HANDLES : 0) |
      (reply.completionList ? REPLY_LIST : 0),
    6,
  );
  bytes.writeUInt32LE(reply.refusal === null ? 0 : NtStatus[reply.refusal], 8);
  bytes.writeUInt32LE(reply.maxMessageLength, 12);
  bytes.writeDoubleLE(reply.maxViewSize, 16);
  return bytes;
}

/** The payload is copied. Throws AlpcError INVALID_MESSAGE. */
export function decodeConnectReply(bytes: Buffer): ConnectReply {
  const flags = checkStart(bytes, REPLY_HEADER, DIRECT_MEMORY | HANDLES | REPLY_LIST);
  const maxViewSize = bytes.readDoubleLE(16);
  if (!Number.isSafeInteger(maxViewSize) || maxViewSize < 0)
    throw violation(`views of ${maxViewSize} octets`);
  const maxMessageLength = bytes.readUInt32LE(12);
  const refusal = statusName(bytes.readUInt32LE(8));
  if (refusal === null && (maxMessageLength < PORT_MESSAGE_SIZE || maxMessageLength > MAX_MESSAGE_LENGTH)) {
    throw violation(`messages of ${maxMessageLength} octets`);
  }
  return {
    refusal,
    maxMessageLength,
    maxViewSize,
    allowsDirectMemory: (flags & DIRECT_MEMORY) !== 0,
    acceptsHandles: (flags & HANDLES) !== 0,
    completionList: (flags & REPLY_LIST) !== 0,
    payload: Uint8Array.from(bytes.subarray(REPLY_HEADER)),
  };
}

/** Whether a connect message, or the answer to one, is of one of our kernels; any other is of a foreign program. */
export function isConnectMessage(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === MAGIC;
}

/** The name of an NTSTATUS that a peer sent: null for success, UNSUCCESSFUL for one that we do not know. */
export function statusName(status: number): NtStatusName | null {
  if (status === 0) return null;
  for (const [name, value] of Object.entries(NtStatus))
    if (value === status && isStatusName(name)) return name;
  return "UNSUCCESSFUL";
}

function isStatusName(name: string): name is NtStatusName {
  return name in NtStatus;
}

function start(header: number, payload: Uint8Array): Buffer {
  checkConnectPayload(payload);
  const bytes = Buffer.alloc(header + payload.length);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt16LE(VERSION, 4);
  bytes.set(payload, header);
  return bytes;
}

/** Answers the flags. */
function checkStart(bytes: Buffer, header: number, knownFlags: number): number {
  if (bytes.length < header) throw violation(`a connect message of ${bytes.length} octets is too short`);
  if (bytes.readUInt32LE(0) !== MAGIC) throw violation("a connect message does not start with ALPC");
  const version = bytes.readUInt16LE(4);
  if (version !== VERSION) throw violation(`port protocol version ${version}; this side speaks ${VERSION}`);
  const flags = bytes.readUInt16LE(6);
  if ((flags & ~knownFlags) !== 0) throw violation(`unknown connect flags 0x${flags.toString(16)}`);
  if (bytes.length - header > MAX_CONNECT_PAYLOAD) {
    throw violation(`a connect payload of ${bytes.length - header} octets exceeds ${MAX_CONNECT_PAYLOAD}`);
  }
  return flags;
}
