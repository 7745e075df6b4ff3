import { ListConsumer } from "../../src/linux/completion-list/list-consumer.js";
import { listSize, type Ring, ringsOf } from "../../src/linux/completion-list/list-memory.js";
import { ListProducer } from "../../src/linux/completion-list/list-producer.js";
import { InboundPacket } from "../../src/linux/inbound-packet.js";
import { PORT_MESSAGE_SIZE } from "../../src/message.js";

export const MAX_LENGTH = 0x1_0000;

/** Both ends of a ring in memory of this process. */
export interface Ends {
  readonly ring: Ring;
  readonly producer: ListProducer;
  readonly consumer: ListConsumer;
  readonly packet: InboundPacket;
}

/** Where messages are copied to: one for all, as in a kernel. */
const packet = new InboundPacket(Buffer.allocUnsafeSlow(MAX_LENGTH), true);

export function newEnds(
  capacity: number,
  buffer: ArrayBufferLike = new ArrayBuffer(listSize(capacity)),
): Ends {
  const { requests: ring } = ringsOf(buffer);
  return { ring, producer: new ListProducer(ring), consumer: new ListConsumer(ring), packet };
}

/** Writes a message of `length` octets, each word of which is `value`: false if there is no room. Not published. */
export function write(
  { producer }: Pick<Ends, "producer">,
  length: number,
  value: number,
  socketCount = 0,
): boolean {
  const at = producer.reserve(length);
  if (at < 0) return false;
  for (let i = 0; i < length >> 2; i++) producer.words[(at >> 2) + i] = value;
  for (let i = length & ~3; i < length; i++) producer.slab[at + i] = value & 0xff;
  producer.commit(length, socketCount);
  return true;
}

/** The value of a message that was taken; fails if it is not whole. */
export function readValue({ packet }: Pick<Ends, "packet">, length: number): number {
  const value = packet.words[0] ?? 0;
  for (let i = 0; i < length >> 2; i++)
    if (packet.words[i] !== value) throw new Error(`word ${i} is ${packet.words[i]} in message ${value}`);
  for (let i = length & ~3; i < length; i++)
    if (packet.buffer[i] !== (value & 0xff)) throw new Error(`octet ${i} of message ${value}`);
  return value;
}

/** Pseudo-random numbers from 0 to below `limit`, the same for the same seed (xorshift32). */
export function random(seed: number): (limit: number) => number {
  let state = seed | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

export const SHORTEST = PORT_MESSAGE_SIZE;
