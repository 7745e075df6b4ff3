import type { ConnectAttributes } from "../kernel.js";
import { PORT_MESSAGE_SIZE } from "../message.js";
import { addressOf } from "./alpc-library.js";
import { setWord } from "./attribute-buffer.js";
import { ALL_OBJECT_TYPES } from "./layout/flags.js";
import {
  ImpersonationLevel,
  OBJECT_ATTRIBUTES,
  SECURITY_QUALITY_OF_SERVICE,
  UNICODE_STRING,
} from "./layout/generic-structures.js";
import { ALPC_PORT_ATTRIBUTES, PORT_MESSAGE } from "./layout/port-structures.js";

/** No limit, where a SIZE_T says so. */
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

/** A structure with pointers: hand `bytes` to a call made while `keeping` the whole object. */
export interface Structure {
  readonly bytes: Buffer;
  readonly keep: readonly Uint8Array[];
}

/** What calls in progress point to. */
const inUse: unknown[] = [];

/** Makes a call during which these stay referenced: the system follows pointers that the collector does not see. */
export function keeping<T>(structures: readonly unknown[], call: () => T): T {
  const before = inUse.length;
  inUse.push(...structures);
  try {
    return call();
  } finally {
    inUse.length = before;
  }
}

/** Zeroed memory of its own that never moves, aligned for every structure. */
export function ownMemory(size: number): Buffer {
  // Small arrays that are not made of an ArrayBuffer lie in V8's heap, where they move.
  return Buffer.from(new ArrayBuffer(size));
}

/** The system wants SIDs and descriptors aligned, which arrays of others need not be. */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = ownMemory(bytes.length);
  copy.set(bytes);
  return copy;
}

export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** UNICODE_STRING. `text` has at most 32,766 characters. */
export function unicodeString(text: string): Structure {
  const characters = ownMemory(2 * text.length + 2);
  characters.write(text, "utf16le");
  const bytes = ownMemory(UNICODE_STRING.size);
  const view = dataView(bytes);
  view.setUint16(UNICODE_STRING.Length, 2 * text.length, true);
  view.setUint16(UNICODE_STRING.MaximumLength, 2 * text.length + 2, true);
  setWord(view, UNICODE_STRING.Buffer, addressOf(characters));
  return { bytes, keep: [characters] };
}

/** OBJECT_ATTRIBUTES, with a name and a self-relative security descriptor if there are any. */
export function objectAttributes(
  name: Structure | null = null,
  flags = 0,
  descriptor: Uint8Array | null = null,
): Structure {
  const bytes = ownMemory(OBJECT_ATTRIBUTES.size);
  const view = dataView(bytes);
  const keep: Uint8Array[] = [];
  view.setUint32(OBJECT_ATTRIBUTES.Length, OBJECT_ATTRIBUTES.size, true);
  view.setUint32(OBJECT_ATTRIBUTES.Attributes, flags, true);
  if (name !== null) {
    setWord(view, OBJECT_ATTRIBUTES.ObjectName, addressOf(name.bytes));
    keep.push(name.bytes, ...name.keep);
  }
  if (descriptor !== null) {
    const own = ownCopy(descriptor);
    setWord(view, OBJECT_ATTRIBUTES.SecurityDescriptor, addressOf(own));
    keep.push(own);
  }
  return { bytes, keep };
}

/** What the other side may do with who we are. Default: impersonation, static tracking. */
export type QualityOfService = Pick<ConnectAttributes, "impersonation" | "tracking">;

/** SECURITY_QUALITY_OF_SERVICE. */
export function writeQualityOfService(
  target: DataView,
  at: number,
  { impersonation = "impersonation", tracking = "static" }: QualityOfService,
): void {
  const Q = SECURITY_QUALITY_OF_SERVICE;
  target.setUint32(at + Q.Length, Q.size, true);
  target.setUint32(at + Q.ImpersonationLevel, levels[impersonation], true);
  target.setUint8(at + Q.ContextTrackingMode, tracking === "dynamic" ? 1 : 0);
}

const levels = {
  identification: ImpersonationLevel.IDENTIFICATION,
  impersonation: ImpersonationLevel.IMPERSONATION,
  delegation: ImpersonationLevel.DELEGATION,
};

export interface PortAttributeOptions {
  /** PortFlags. */
  readonly flags: number;
  /** Octets, header included, below 0x10000. */
  readonly maxMessageLength: number;
  readonly quality?: QualityOfService;
  readonly acceptHandles: boolean;
  /** Octets of sections that this port may make; unlimited if left out. */
  readonly maxSectionSize?: number;
  readonly maxTotalSectionSize?: number;
  /** Octets of messages that the other side leaves unread; unlimited if left out. */
  readonly maxPoolUsage?: number;
}

/** ALPC_PORT_ATTRIBUTES. Peers may impersonate: what they may do with it is for the quality of service to say. */
export function portAttributes(options: PortAttributeOptions): Buffer {
  const bytes = ownMemory(ALPC_PORT_ATTRIBUTES.size);
  const view = dataView(bytes);
  const A = ALPC_PORT_ATTRIBUTES;
  view.setUint32(A.Flags, options.flags, true);
  writeQualityOfService(view, A.SecurityQos, options.quality ?? {});
  setWord(view, A.MaxMessageLength, options.maxMessageLength);
  if (options.maxPoolUsage === undefined) view.setBigUint64(A.MaxPoolUsage, UNLIMITED, true);
  else setWord(view, A.MaxPoolUsage, options.maxPoolUsage);
  setLimit(view, A.MaxSectionSize, options.maxSectionSize);
  setLimit(view, A.MaxViewSize, options.maxSectionSize);
  setLimit(view, A.MaxTotalSectionSize, options.maxTotalSectionSize);
  view.setUint32(A.DupObjectTypes, options.acceptHandles ? ALL_OBJECT_TYPES : 0, true);
  return bytes;
}

/** Sections are made of 64 KiB: the system would refuse what it rounds up beyond the limit. */
function setLimit(view: DataView, at: number, limit: number | undefined): void {
  if (limit === undefined) view.setBigUint64(at, UNLIMITED, true);
  else setWord(view, at, Math.ceil(limit / 0x1_0000) * 0x1_0000);
}

/**
 * Writes the header of a message to send: zero but for lengths and, in answers, the ids of what is answered. Type stays
 * zero, since the flags of the call say what the message is.
 */
export function writeHeader(
  target: DataView,
  dataLength: number,
  messageId: number,
  callbackId: number,
  dataInfoOffset = 0,
): void {
  target.setUint32(PORT_MESSAGE.DataLength, dataLength | ((dataLength + PORT_MESSAGE_SIZE) << 16), true);
  target.setUint32(PORT_MESSAGE.Type, dataInfoOffset << 16, true);
  for (let at: number = PORT_MESSAGE.UniqueProcess; at < PORT_MESSAGE.size; at += 4)
    target.setUint32(at, 0, true);
  target.setUint32(PORT_MESSAGE.MessageId, messageId, true);
  target.setUint32(PORT_MESSAGE.CallbackId, callbackId, true);
}
