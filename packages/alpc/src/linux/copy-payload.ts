import { PORT_MESSAGE_SIZE } from "../message.js";
import type { PacketRoom } from "./outbox.js";

/** Octets below which a loop over pairs of words, which makes no bigints when it is compiled, beats the call. */
const SHORT = 1024;

/** The buffers of the last messages, requests and replies, which are likely to be those of the next ones, and their pairs of words. */
let lastBuffer: Buffer | null = null;
let lastPairs: BigInt64Array = new BigInt64Array(0);
let otherBuffer: Buffer | null = null;
let otherPairs = lastPairs;

/** Copies a message without its header, which is `bytes[PORT_MESSAGE_SIZE..length)`, to where it begins in a room. */
export function copyPayload(bytes: Buffer, length: number, room: PacketRoom, at: number): void {
  if (length >= SHORT || (bytes.byteOffset & 7) !== 0) {
    bytes.copy(room.slab, at + PORT_MESSAGE_SIZE, PORT_MESSAGE_SIZE, length);
    return;
  }
  if (bytes !== lastBuffer || lastPairs.length === 0) turnTo(bytes);
  const source = lastPairs;
  const target = room.pairs;
  const shift = at >> 3;
  const whole = length >> 3;
  for (let i = PORT_MESSAGE_SIZE >> 3; i < whole; i++) target[shift + i] = source[i] ?? 0n;
  for (let i = whole << 3; i < length; i++) room.slab[at + i] = bytes[i] ?? 0;
}

/** Makes `bytes` the last buffer. */
function turnTo(bytes: Buffer): void {
  const [buffer, pairs] = [lastBuffer, lastPairs];
  const isOther = bytes === otherBuffer && otherPairs.length > 0;
  lastPairs = isOther ? otherPairs : new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
  lastBuffer = bytes;
  otherBuffer = buffer;
  otherPairs = pairs;
}
