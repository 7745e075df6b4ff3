import { Worker } from "node:worker_threads";
import { AlpcError } from "../error.js";
import type { MessageCredentials } from "./credentials.js";
import { type DescriptorCloser, descriptorCloser } from "./descriptor-closer.js";
import type { HandleKind } from "./handle-kind.js";
import { LinuxHandle } from "./linux-handle.js";
import { workerFile } from "./worker-file.js";

/** One packet of a connection whose messages may carry handles. */
export interface HandlePacket {
  /** The packet, ours to keep. Length 0 is a packet too, not the end. */
  readonly bytes: Buffer;
  /** Null if the kernel attached none: the connection is to be closed. */
  readonly credentials: MessageCredentials | null;
  /** Owned by the sink, which closes what it does not keep. */
  readonly handles: readonly LinuxHandle[];
}

/** Whoever owns the connection. Nothing is called after close(), and nothing of it may throw. */
export interface HandleReceiverSink {
  onPacket(packet: HandlePacket): void;
  /** After the last packet of a turn. */
  onBatchEnd(): void;
  /**
   * The last call. `reason` is null if the peer went away in good order; INVALID_MESSAGE if it sent too long a packet or
   * more handles than allowed (all closed). The owner calls close() then.
   */
  onEnd(reason: AlpcError | null): void;
}

export interface HandleReceiverOptions {
  /** Octets of the longest packet. */
  readonly maxPacketLength: number;
  readonly maxHandlesPerMessage: number;
  /** Packets taken from the connection before another one has its turn. */
  readonly packetsPerTurn: number;
}

/** Receives from one connection in another thread. Sending on the same descriptor stays the owner's. */
export interface HandleReceiver {
  /** No more packets from the connection until resume(); those on the way still come. */
  pause(): void;
  resume(): void;
  /** Stops receiving and closes the connection's descriptor, which the receiver owns, off the event loop. Idempotent. */
  close(): void;
}

/**
 * Receives from `fd`, a connected and non-blocking SOCK_SEQPACKET socket with SO_PASSCRED, which it takes over. Neither
 * receiving nor closing descriptors that a peer chose ever runs on the event loop: a TCP socket that lingers, say, would stop it.
 */
export function createHandleReceiver(
  fd: number,
  sink: HandleReceiverSink,
  options: HandleReceiverOptions,
): HandleReceiver {
  shared ??= new ReceiverThread(descriptorCloser());
  return shared.add(fd, sink, options);
}

let shared: ReceiverThread | undefined;

/** What the receiving thread is told... */
export type ReceiverCommand =
  | {
      readonly type: "add";
      readonly id: number;
      readonly fd: number;
      readonly options: HandleReceiverOptions;
    }
  | { readonly type: "resume"; readonly id: number }
  | { readonly type: "remove"; readonly id: number };

/** ...and what it answers. After each "turn" and until "resume", it leaves the connection alone. */
export type ReceiverEvent =
  | {
      readonly type: "turn";
      readonly id: number;
      readonly packets: readonly ReceivedPacket[];
      readonly end: ReceiverEnd | null;
    }
  | { readonly type: "removed"; readonly id: number }
  | { readonly type: "discard"; readonly fds: readonly number[] };

export interface ReceivedPacket {
  readonly bytes: Uint8Array;
  readonly credentials: MessageCredentials | null;
  readonly handles: readonly { readonly fd: number; readonly kind: HandleKind }[];
}

/** Why a connection gives no more packets; `violation` is null at the end of the stream. */
export interface ReceiverEnd {
  readonly violation: string | null;
}

/** The thread that receives for all connections with handles of this one. */
class ReceiverThread {
  readonly #closer: DescriptorCloser;
  readonly #connections = new Map<number, Connection>();
  #worker: Worker | null = null;
  #lastId = 0;

  constructor(closer: DescriptorCloser) {
    this.#closer = closer;
  }

  add(fd: number, sink: HandleReceiverSink, options: HandleReceiverOptions): HandleReceiver {
    const id = ++this.#lastId;
    const connection = new Connection(id, fd, sink, (command) => this.#post(command));
    this.#connections.set(id, connection);
    this.#post({ type: "add", id, fd, options });
    return connection;
  }

  #post(command: ReceiverCommand): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(command);
  }

  #start(): Worker {
    const worker = new Worker(workerFile("handle-receiver-worker.js"), { name: "ncalrpc handles" });
    worker.on("message", (event: ReceiverEvent) => this.#onEvent(event));
    worker.on("error", (error) => this.#onLost(error));
    worker.unref();
    return worker;
  }

  #onEvent(event: ReceiverEvent): void {
    if (event.type === "discard") {
      for (const fd of event.fds) this.#closer.close(fd);
      return;
    }
    const connection = this.#connections.get(event.id);
    if (connection === undefined) return;
    if (event.type === "turn") {
      connection.deliver(event.packets, event.end, this.#closer);
    } else {
      this.#connections.delete(event.id);
      this.#closer.close(connection.fd);
    }
  }

  /** A defect of ours: every connection ends, and the next one gets a new thread. */
  #onLost(error: unknown): void {
    this.#worker = null;
    const connections = [...this.#connections.values()];
    this.#connections.clear();
    const reason = new AlpcError("UNSUCCESSFUL", "the thread that receives handles failed", { cause: error });
    for (const connection of connections) {
      connection.lose(reason);
      this.#closer.close(connection.fd);
    }
  }
}

/** Handles of one connection that are on the way to be closed; beyond this it has to wait. */
const MAX_CLOSING = 64;

class Connection implements HandleReceiver {
  readonly fd: number;
  readonly #id: number;
  readonly #sink: HandleReceiverSink;
  readonly #post: (command: ReceiverCommand) => void;
  #isClosed = false;
  #isPaused = false;
  /** The thread waits for "resume" before the next turn. */
  #isTurnOver = false;
  #closing = 0;

  constructor(id: number, fd: number, sink: HandleReceiverSink, post: (command: ReceiverCommand) => void) {
    this.#id = id;
    this.fd = fd;
    this.#sink = sink;
    this.#post = post;
  }

  deliver(packets: readonly ReceivedPacket[], end: ReceiverEnd | null, closer: DescriptorCloser): void {
    const closeLater = (fd: number) => {
      this.#closing++;
      closer.close(fd, () => {
        this.#closing--;
        this.#continue();
      });
    };
    for (const { bytes, credentials, handles } of packets) {
      const own = handles.map(({ fd, kind }) => new LinuxHandle(fd, kind, closeLater));
      if (this.#isClosed) for (const handle of own) handle.close();
      else
        this.#sink.onPacket({
          bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
          credentials,
          handles: own,
        });
    }
    if (!this.#isClosed && packets.length > 0) this.#sink.onBatchEnd();
    if (end !== null) {
      if (!this.#isClosed)
        this.#sink.onEnd(end.violation === null ? null : new AlpcError("INVALID_MESSAGE", end.violation));
      return;
    }
    this.#isTurnOver = true;
    this.#continue();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#continue();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#post({ type: "remove", id: this.#id });
  }

  lose(reason: AlpcError): void {
    if (!this.#isClosed) this.#sink.onEnd(reason);
    this.#isClosed = true;
  }

  #continue(): void {
    if (!this.#isTurnOver || this.#isPaused || this.#isClosed || this.#closing > MAX_CLOSING) return;
    this.#isTurnOver = false;
    this.#post({ type: "resume", id: this.#id });
  }
}
