import { PORT_MESSAGE_SIZE } from "../message.js";
import type { PacketRoom } from "./outbox.js";

/** Octets below which a loop over words beats the call. */
const SHORT = 1024;

/** The buffer of the last message, which is likely to be that of the next one, and its words. */
let lastBuffer: Buffer | null = null;
let lastWords: Uint32Array = new Uint32Array(0);

/** Copies a message without its header, which is `bytes[PORT_MESSAGE_SIZE..length)`, to where it begins in a room. */
export function copyPayload(bytes: Buffer, length: number, room: PacketRoom, at: number): void {
  if (length >= SHORT || (bytes.byteOffset & 3) !== 0) {
    bytes.copy(room.slab, at + PORT_MESSAGE_SIZE, PORT_MESSAGE_SIZE, length);
    return;
  }
  if (bytes !== lastBuffer || lastWords.length === 0) {
    lastBuffer = bytes;
    lastWords = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  }
  const source = lastWords;
  const target = room.words;
  const shift = at >> 2;
  const whole = length >> 2;
  for (let i = PORT_MESSAGE_SIZE >> 2; i < whole; i++) target[shift + i] = source[i] ?? 0;
  for (let i = whole << 2; i < length; i++) room.slab[at + i] = bytes[i] ?? 0;
}
