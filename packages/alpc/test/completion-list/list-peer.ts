import { threadId } from "../../src/linux/completion-list/bell.js";
import {
  LIST_CAPACITY,
  type ListMemory,
  listSize,
  ringsOf,
} from "../../src/linux/completion-list/list-memory.js";
import { addressOf, C, loadLibC } from "../../src/linux/libc.js";
import { openSection, type Section } from "../../src/linux/section.js";
import { connectRequest, RawPeer, rawMessage } from "../raw-peer.js";

const libc = loadLibC();
const OFFERS_LIST = 4;
const LIST_OFFERED = 0x88;
const LIST_ACCEPTED = 0x89;

/** A client without manners that has a completion list, and can write there what it likes. */
export class ListPeer extends RawPeer {
  #section: Section | null = null;
  #memory: ListMemory | null = null;

  /** Connects as one who can use a list. */
  async connect(): Promise<void> {
    this.send(connectRequest(undefined, 1, OFFERS_LIST));
    await this.receive();
  }

  /** Connects, becomes busy, and accepts the list that it is offered. */
  async open(): Promise<ListMemory> {
    await this.connect();
    const fd = await this.#becomeBusy();
    this.#section = openSection(libc, fd, listSize(LIST_CAPACITY), "request", "mapped");
    const { buffer } = this.#section.memory.lendWhole().bytes;
    this.#memory = ringsOf(buffer);
    this.send(rawMessage({ type: LIST_ACCEPTED, payload: threadId }));
    return this.#memory;
  }

  /** Writes words into the ring of requests, from octet `at` on, says that it is written up to `tail`, and rings. */
  publish(at: number, words: readonly number[], tail: number): void {
    const { control, words: ring, tail: index } = this.memory.requests;
    ring.set(words, at >> 2);
    Atomics.store(control, index, tail);
    this.ring();
  }

  ring(): void {
    this.send(rawMessage({ type: 0x87 }));
  }

  get memory(): ListMemory {
    if (this.#memory === null) throw new Error("there is no list");
    return this.#memory;
  }

  override close(): void {
    this.#section?.close();
    super.close();
  }

  async #becomeBusy(): Promise<number> {
    for (let i = 0; i < 16; i++) this.send(rawMessage({ type: 1, messageId: 2 * i + 1 }));
    const end = performance.now() + 2_000;
    const packet = Buffer.allocUnsafeSlow(4096);
    const control = Buffer.allocUnsafeSlow(64);
    const parts = Buffer.allocUnsafeSlow(72).fill(0);
    while (performance.now() < end) {
      parts.fill(0);
      parts.writeBigUInt64LE(BigInt(addressOf(parts) + 56), 16);
      parts.writeBigUInt64LE(1n, 24);
      parts.writeBigUInt64LE(BigInt(addressOf(control.fill(0))), 32);
      parts.writeBigUInt64LE(64n, 40);
      parts.writeBigUInt64LE(BigInt(addressOf(packet)), 56);
      parts.writeBigUInt64LE(BigInt(packet.length), 64);
      const length = libc.recvmsg(this.fd, parts, C.MSG_DONTWAIT | C.MSG_CMSG_CLOEXEC);
      if (length > 0 && packet.readUInt16LE(4) === LIST_OFFERED) return descriptorOf(control);
      if (length <= 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error("no list was offered");
  }
}

/** The descriptor in control messages that may also hold credentials. */
function descriptorOf(control: Buffer): number {
  for (let at = 0; at + 16 <= control.length; ) {
    const length = control.readUInt32LE(at);
    if (control.readInt32LE(at + 12) === C.SCM_RIGHTS) return control.readInt32LE(at + 16);
    if (length < 16) break;
    at += (length + 7) & ~7;
  }
  throw new Error("the list came without a descriptor");
}
