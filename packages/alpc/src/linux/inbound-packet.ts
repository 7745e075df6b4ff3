import { align8 } from "../port-message.js";
import { descriptorCloser } from "./descriptor-closer.js";
import type { LinuxHandle } from "./linux-handle.js";

const none: readonly number[] = Object.freeze([]);

/** A packet that has arrived, and who sent it. One object is filled anew for each packet of a thread. */
export class InboundPacket {
  readonly buffer: Buffer;
  readonly words: Uint32Array;
  /** The same, two words at once. */
  readonly pairs: BigInt64Array;
  readonly view: DataView;
  /** Where the packet lies in `buffer`: at a multiple of 8. */
  start = 0;
  length = 0;
  pid = 0;
  uid = 0;
  gid = 0;
  /** It came through a completion list: from whoever has the connection, as nobody else can write there. */
  readonly isListed: boolean;
  /** Descriptors that came along and nobody has looked at yet. */
  #descriptors: readonly number[] = none;
  /** Handles that another thread has received, when the port accepts them. */
  #handles: readonly LinuxHandle[] | null = null;

  /** `buffer` owns its memory. */
  constructor(buffer: Buffer, isListed = false) {
    this.buffer = buffer;
    this.isListed = isListed;
    this.words = new Uint32Array(buffer.buffer, buffer.byteOffset, buffer.length >> 2);
    this.pairs = new BigInt64Array(buffer.buffer, buffer.byteOffset, buffer.length >> 3);
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  }

  get hasHandles(): boolean {
    return this.#descriptors.length > 0 || (this.#handles?.length ?? 0) > 0;
  }

  /** The same packet in memory of its own, with what came along. */
  moved(): InboundPacket {
    const buffer = Buffer.allocUnsafeSlow(align8(this.length));
    buffer.set(this.buffer.subarray(this.start, this.start + this.length));
    const packet = new InboundPacket(buffer);
    packet.length = this.length;
    packet.pid = this.pid;
    packet.uid = this.uid;
    packet.gid = this.gid;
    packet.carry(this.takeDescriptors(), this.takeHandles());
    return packet;
  }

  /** Closes what came along, if nobody wanted it. */
  discard(): void {
    if (!this.hasHandles) return;
    for (const fd of this.takeDescriptors()) descriptorCloser().close(fd);
    for (const handle of this.takeHandles() ?? []) handle.close();
  }

  get descriptorCount(): number {
    return this.#descriptors.length;
  }

  carry(descriptors: readonly number[] | null, handles: readonly LinuxHandle[] | null): void {
    this.#descriptors = descriptors ?? none;
    this.#handles = handles;
  }

  /** Hands the raw descriptors over. */
  takeDescriptors(): readonly number[] {
    const taken = this.#descriptors;
    this.#descriptors = none;
    return taken;
  }

  /** Hands over what another thread has received; null if it was not received that way. */
  takeHandles(): readonly LinuxHandle[] | null {
    const taken = this.#handles;
    this.#handles = null;
    return taken;
  }
}
