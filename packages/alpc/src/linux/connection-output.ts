import { type MessageType, PORT_MESSAGE_SIZE } from "../message.js";
import { type ControlType, writePortMessage } from "../port-message.js";
import type { CompletionList } from "./completion-list/completion-list.js";
import { doorbell } from "./completion-list/doorbell.js";
import { duplicateDescriptors, sendWithDescriptors } from "./descriptor-message.js";
import type { Machinery } from "./machinery.js";
import { isTransient, type Outlet, type PacketRoom } from "./outbox.js";
import { systemError } from "./system-error.js";
import { Unsent, type UnsentOptions, type UnsentOwner } from "./unsent.js";

/** The connection whose output it is. */
export interface OutputOwner extends UnsentOwner {
  /** The other side broke the rules. */
  onBroken(error: unknown): void;
}

/** What a connection sends: through its completion list where that can be, else over its socket, in one order. */
export class ConnectionOutput implements Outlet {
  readonly #machinery: Machinery;
  readonly #owner: OutputOwner;
  readonly #options: UnsentOptions;
  /** Made when there is something that could not be sent: most connections never have that. */
  #unsent: Unsent | null = null;
  #isUnpublished = false;
  #isMute = false;
  /** The socket; -1 when the connection has ended. */
  fd: number;
  firstQueued = -1;
  lastQueued = -1;
  /** Where in its room the packet begins that was asked for last. */
  reservedAt = 0;
  /** The connection's agreement's. */
  list: CompletionList | null = null;

  constructor(machinery: Machinery, fd: number, owner: OutputOwner, options: UnsentOptions) {
    this.#machinery = machinery;
    this.fd = fd;
    this.#owner = owner;
    this.#options = options;
  }

  get isBlocked(): boolean {
    return this.#unsent !== null && this.#unsent.messages > 0;
  }

  get queuedMessages(): number {
    return this.#unsent === null ? 0 : this.#unsent.messages;
  }

  /** The peer has left more unread than it may. */
  get isOverdue(): boolean {
    return this.#unsent?.isOverdue === true;
  }

  /** Whether to wait for the system to take more. */
  get wantsRoom(): boolean {
    return this.#unsent?.wantsRoom === true;
  }

  /** Room for a packet of up to `length` octets, in the completion list if it can go there; it begins at `reservedAt`. Fill it, then `commit`. */
  reserve(length: number): PacketRoom {
    const { list } = this;
    if (list?.isSending && !this.isBlocked) {
      const at = this.#reserveListed(list, length);
      if (at >= 0) {
        this.reservedAt = at;
        return list.producer;
      }
    }
    const { outbox } = this.#machinery;
    this.reservedAt = outbox.reserve(length);
    return outbox;
  }

  /** Queues the packet that was written into `room`. */
  commit(room: PacketRoom, length: number): void {
    const { list } = this;
    if (list !== null && room === list.producer) {
      list.commit(length);
      this.#publishSoon(list);
      return;
    }
    const { outbox, completion } = this.#machinery;
    outbox.commit(this, length);
    if (!completion.inTurn) outbox.scheduleFlush();
  }

  /** The completion list if a message can be written at its end now; it stays lent until it is released. Null if there is no room, or it is lent. */
  lend(): CompletionList | null {
    const { list } = this;
    if (list === null || !list.isSending || this.isBlocked) return null;
    try {
      return list.lend() ? list : null;
    } catch (error) {
      this.#owner.onBroken(error);
      return null;
    }
  }

  /** Queues the packet that was written at the end of a list which is lent. If `isAwaited`, the other side sees it now. */
  commitLent(list: CompletionList, length: number, isAwaited: boolean): void {
    if (list === this.list && list.isSending) {
      list.commit(length);
      this.#publishSoon(list);
      if (isAwaited) this.publish();
      return;
    }
    // It has been taken back while the packet was written.
    const room = this.reserve(length);
    const { slab, lentAt } = list.producer;
    slab.copy(room.slab, this.reservedAt, lentAt, lentAt + length);
    this.commit(room, length);
  }

  /** Queues a message without a payload. */
  sendControl(type: MessageType | ControlType, messageId = 0): void {
    const room = this.reserve(PORT_MESSAGE_SIZE);
    writePortMessage(room.words, this.reservedAt, type, 0, messageId, 0);
    this.commit(room, PORT_MESSAGE_SIZE);
  }

  /** Sends at once, behind what is queued, a packet with descriptors, which stay the caller's. Throws AlpcError. */
  sendWithDescriptors(packet: Uint8Array, fds: readonly number[]): void {
    const { libc } = this.#machinery;
    this.flush();
    if (this.#owner.isEnded) return;
    new DataView(packet.buffer, packet.byteOffset).setInt32(8, this.stamp(), true);
    try {
      if (!this.isBlocked) {
        if (sendWithDescriptors(libc, this.fd, packet, fds) >= 0) return;
        const errno = libc.errno();
        if (!isTransient(errno)) throw systemError(libc, "sending handles", errno);
      }
      this.#keep(packet, duplicateDescriptors(libc, fds));
    } catch (error) {
      this.list?.unstamp();
      throw error;
    }
  }

  /** Has what is queued go out now. */
  flush(): void {
    if (this.firstQueued >= 0 || this.#isUnpublished) this.#machinery.outbox.flush();
  }

  /** The system takes more: sends what it had refused. */
  resume(): void {
    this.#unsent?.send(this.fd);
  }

  /** Nobody takes anything any more. */
  mute(): void {
    this.#isMute = true;
    this.#unsent?.clear();
  }

  stamp(): number {
    return this.list === null ? 0 : this.list.stamp();
  }

  publish(): void {
    const { list } = this;
    if (list === null || !this.#isUnpublished) return;
    this.#isUnpublished = false;
    const { producer, bell } = list;
    producer.publish();
    if (this.fd < 0 || !producer.mustRing()) return;
    list.hasRung = true;
    if (bell?.mustRing(producer.sleep) === false) return;
    if (!this.#machinery.completion.poller.ringLater(this)) this.ring();
  }

  /** Wakes the other side. */
  ring(): void {
    if (this.fd < 0) return;
    const errno = doorbell.ring(this.#machinery.libc, this.fd);
    // If there is no room, the other side has enough to wake up for.
    if (errno !== 0 && !isTransient(errno)) this.onSendFailed(errno);
  }

  keep(packet: Uint8Array): void {
    if (!this.#isMute) this.#keep(packet, null);
  }

  onSendFailed(errno: number): void {
    this.#owner.onSendFailed(errno);
  }

  #reserveListed(list: CompletionList, length: number): number {
    try {
      return list.producer.reserve(length);
    } catch (error) {
      this.#owner.onBroken(error);
      return -1;
    }
  }

  /** Lets the other side see what is in the list when all has run that runs now. */
  #publishSoon(list: CompletionList): void {
    const { completion, outbox } = this.#machinery;
    if (!this.#isUnpublished) {
      this.#isUnpublished = true;
      outbox.publishLater(this);
    }
    completion.poller.noteSent();
    if (!completion.inTurn && !completion.poller.expect(list)) outbox.scheduleFlush();
  }

  #keep(packet: Uint8Array, fds: readonly number[] | null): void {
    this.#unsent ??= new Unsent(this.#machinery.libc, this.#owner, this.#options);
    this.#unsent.keep(packet, fds);
  }
}
