import { AlpcError } from "./error.js";
import { type MessageType, PORT_MESSAGE_SIZE } from "./message.js";

/**
 * PORT_MESSAGE (ALPC, 64-bit): 0 u16 DataLength, 2 u16 TotalLength, 4 u16 Type, 6 u16 DataInfoOffset, 8 u64 process and
 * 16 u64 thread of ClientId, 24 u32 MessageId, 28 pad, 32 u32 CallbackId, 36 pad. Little endian.
 *
 * Headers are written and read as words of a Uint32Array (our platforms are little endian) at offsets that are a
 * multiple of 8. ClientId is left zero: who sent a message is for the system to say, not for the sender. (Its first word
 * is where a packet's place among those of a completion list stands, see completion-list.ts.)
 */
const WORDS = { lengths: 0, type: 1, messageId: 6, callbackId: 8 } as const;

/**
 * Messages between the kernels of the two sides, which no handler sees. Their numbers lie outside of ALPC's. Payloads are
 * described in section-messages.ts and completion-list/list-agreement.ts; DATA_RELEASED has none, its id is that of a withdrawn request whose memory the
 * other side no longer touches.
 */
export const ControlType = {
  SECTION_WANTED: 0x81,
  SECTION_OFFERED: 0x82,
  SECTION_REFUSED: 0x83,
  SECTION_DROPPED: 0x84,
  VIEW_RELEASED: 0x85,
  DATA_RELEASED: 0x86,
  DOORBELL: 0x87,
  LIST_OFFERED: 0x88,
  LIST_ACCEPTED: 0x89,
  LIST_WITHDRAWN: 0x8a,
  LIST_RETURNED: 0x8b,
} as const;
export type ControlType = (typeof ControlType)[keyof typeof ControlType];

/** Writes a header at octet `at` of `words`. `dataLength` is the payload's length. */
export function writePortMessage(
  words: Uint32Array,
  at: number,
  type: MessageType | ControlType,
  dataLength: number,
  messageId: number,
  callbackId: number,
  dataInfoOffset = 0,
): void {
  const base = at >> 2;
  words[base] = dataLength | ((dataLength + PORT_MESSAGE_SIZE) << 16);
  words[base + 1] = type | (dataInfoOffset << 16);
  words[base + 2] = 0;
  words[base + 3] = 0;
  words[base + 4] = 0;
  words[base + 5] = 0;
  words[base + 6] = messageId;
  words[base + 7] = 0;
  words[base + 8] = callbackId;
  words[base + 9] = 0;
}

/** Reads headers at octet `at`, a multiple of 8, of `words`. */
export const portMessage = {
  dataLength: (words: Uint32Array, at: number): number => word(words, at, WORDS.lengths) & 0xffff,
  totalLength: (words: Uint32Array, at: number): number => word(words, at, WORDS.lengths) >>> 16,
  type: (words: Uint32Array, at: number): number => word(words, at, WORDS.type) & 0xffff,
  dataInfoOffset: (words: Uint32Array, at: number): number => word(words, at, WORDS.type) >>> 16,
  messageId: (words: Uint32Array, at: number): number => word(words, at, WORDS.messageId),
  callbackId: (words: Uint32Array, at: number): number => word(words, at, WORDS.callbackId),
};

function word(words: Uint32Array, at: number, index: number): number {
  return words[(at >> 2) + index] ?? 0;
}

/** The next multiple of eight. */
export function align8(length: number): number {
  return (length + 7) & ~7;
}

/**
 * Checks a header against the packet that it came in. Answers what is wrong with it, or null. Beyond TotalLength only
 * attributes may follow, from the next multiple of eight on.
 */
export function portMessageFault(
  words: Uint32Array,
  at: number,
  packetLength: number,
  maxLength: number,
): string | null {
  if (packetLength < PORT_MESSAGE_SIZE)
    return `a packet of ${packetLength} octets has no room for a PORT_MESSAGE`;
  const lengths = word(words, at, WORDS.lengths);
  const total = lengths >>> 16;
  if (total !== (lengths & 0xffff) + PORT_MESSAGE_SIZE) {
    return `TotalLength ${total} is not DataLength ${lengths & 0xffff} and ${PORT_MESSAGE_SIZE}`;
  }
  if (total > maxLength) return `TotalLength ${total} exceeds the port's ${maxLength}`;
  if (total === packetLength) return null;
  if (total > packetLength) return `TotalLength ${total} exceeds the packet's ${packetLength}`;
  return packetLength > align8(total) ? null : `${packetLength - total} octets follow the message`;
}

/** The error with which a connection ends whose peer broke the protocol. */
export function violation(what: string): AlpcError {
  return new AlpcError("INVALID_MESSAGE", `the peer broke the port protocol: ${what}`);
}
