import { parentPort } from "node:worker_threads";
import { CompletionPort, type EventSource } from "./completion-port.js";
import { handleKind } from "./handle-kind.js";
import type {
  HandleReceiverOptions,
  ReceivedPacket,
  ReceiverCommand,
  ReceiverEnd,
  ReceiverEvent,
} from "./handle-receiver.js";
import { C, Errno, errnoName, loadLibC } from "./libc.js";
import { MAX_BATCH, ReceiveBatch } from "./receive-batch.js";

/** The thread behind createHandleReceiver: receives packets, sees what their descriptors are, closes none. */
const libc = loadLibC();
const port = new CompletionPort(libc, false, () => {});
const batch = new ReceiveBatch(libc);
const connections = new Map<number, Connection>();

class Connection implements EventSource {
  readonly fd: number;
  readonly #id: number;
  readonly #options: HandleReceiverOptions;
  #isWatched = false;

  constructor(id: number, fd: number, options: HandleReceiverOptions) {
    this.#id = id;
    this.fd = fd;
    this.#options = options;
    this.watch();
  }

  /** Until the next turn. */
  watch(): void {
    if (this.#isWatched) return;
    this.#isWatched = true;
    port.add(this.fd, this, C.EPOLLIN);
  }

  unwatch(): void {
    if (!this.#isWatched) return;
    this.#isWatched = false;
    port.remove(this.fd);
  }

  /** One turn: then the event loop takes over, and says when it wants more. */
  onEvents(): number {
    const got = batch.receive(this.fd, Math.min(this.#options.packetsPerTurn, MAX_BATCH));
    if (got === 0) return 0;
    const packets: ReceivedPacket[] = [];
    let end: ReceiverEnd | null = null;
    // What was sent before the peer vanished may still lie behind its ECONNRESET: read on, the end follows by itself.
    if (got < 0 && got !== -Errno.ECONNRESET) end = { violation: `receiving failed: ${errnoName(-got)}` };
    for (let i = 0; i < got; i++) {
      if (end === null) end = this.#take(i, packets);
      else discard(batch.descriptors(i));
      batch.rearm(i);
    }
    this.unwatch();
    post({ type: "turn", id: this.#id, packets, end });
    return got;
  }

  #take(i: number, packets: ReceivedPacket[]): ReceiverEnd | null {
    const length = batch.length(i);
    if (length === 0 && batch.controlLength(i) === 0) return { violation: null };
    const fds = batch.descriptors(i);
    const violation = this.#violation(length, batch.flags(i), fds.length);
    if (violation !== null) {
      discard(fds);
      return { violation };
    }
    const start = batch.start(i);
    packets.push({
      bytes: Uint8Array.prototype.slice.call(batch.buffer, start, start + length),
      credentials: batch.hasCredentials(i)
        ? { pid: batch.pid(i), uid: batch.uid(i), gid: batch.gid(i) }
        : null,
      handles: fds.map((fd) => ({ fd, kind: handleKind(libc, fd) })),
    });
    return null;
  }

  #violation(length: number, flags: number, handles: number): string | null {
    const { maxPacketLength, maxHandlesPerMessage } = this.#options;
    if ((flags & C.MSG_TRUNC) !== 0 || length > maxPacketLength)
      return `a packet exceeds ${maxPacketLength} octets`;
    // Cut off control data is descriptors that did not fit into this process any more.
    if ((flags & C.MSG_CTRUNC) !== 0) return "handles were lost: this process has too many open files";
    if (handles > maxHandlesPerMessage)
      return `${handles} handles in a message, allowed are ${maxHandlesPerMessage}`;
    return null;
  }
}

function discard(fds: readonly number[]): void {
  if (fds.length > 0) post({ type: "discard", fds });
}

function post(event: ReceiverEvent): void {
  parentPort?.postMessage(event);
}

parentPort?.on("message", (command: ReceiverCommand) => {
  if (command.type === "add") {
    connections.set(command.id, new Connection(command.id, command.fd, command.options));
    return;
  }
  const connection = connections.get(command.id);
  if (connection === undefined) return;
  if (command.type === "resume") {
    connection.watch();
  } else {
    connection.unwatch();
    connections.delete(command.id);
    post({ type: "removed", id: command.id });
  }
});
