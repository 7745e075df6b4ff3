/**
 * What both sides say about themselves when they connect. LRPC has no connect payload: a peer without this one gets
 * plain LRPC. Extensions are used only if both sides announced them.
 */
export interface Hello {
  readonly features: number;
  /** Calls that the server lets a connection have in flight. */
  readonly maxCalls: number;
}

export const Features = {
  /** Cancel messages. */
  CANCEL: 0x1,
  /** The caller's timeout in the request. */
  DEADLINE: 0x2,
  /** Text in faults. */
  FAULT_DETAILS: 0x4,
  /** Stub data in the memory of the client, read and written by the server. */
  DIRECT: 0x8,
  /** Byte arrays that travel apart from the rest of the stub data (apart.ts). */
  APART: 0x10,
  /** Callbacks, during a call. */
  CALLBACKS: 0x40,
  /** Pipes in messages of their own. */
  PIPES: 0x80,
} as const;

/** What we announce, as a client and as a server. */
export const OWN_FEATURES =
  Features.CANCEL |
  Features.DEADLINE |
  Features.FAULT_DETAILS |
  Features.DIRECT |
  Features.APART |
  Features.CALLBACKS |
  Features.PIPES;

/** "NCAL", little-endian. */
const MAGIC = 0x4c41434e;
const VERSION = 1;
const SIZE = 16;

export function formatHello(hello: Hello): Buffer {
  const buffer = Buffer.alloc(SIZE);
  buffer.writeUInt32LE(MAGIC, 0);
  buffer.writeUInt16LE(VERSION, 4);
  buffer.writeUInt32LE(hello.features, 8);
  buffer.writeUInt32LE(hello.maxCalls, 12);
  return buffer;
}

/** Plain LRPC, one call at a time, for a payload that is not a hello of a version that we speak. */
export function parseHello(payload: Uint8Array): Hello {
  const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (buffer.length < SIZE || buffer.readUInt32LE(0) !== MAGIC || buffer.readUInt16LE(4) !== VERSION) {
    return { features: 0, maxCalls: 1 };
  }
  return { features: buffer.readUInt32LE(8), maxCalls: Math.max(buffer.readUInt32LE(12), 1) };
}
