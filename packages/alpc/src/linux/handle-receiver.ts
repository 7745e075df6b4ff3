import { Worker } from "node:worker_threads";
import { AlpcError } from "../error.js";
import type { HandleKind } from "../handle.js";
import { CompletionPort, type EventSource } from "./completion-port.js";
import type { MessageCredentials } from "./credentials.js";
import { type DescriptorCloser, descriptorCloser } from "./descriptor-closer.js";
import { enterBlocking, leaveBlocking } from "./exit-guard.js";
import { C, type LibC, loadLibC } from "./libc.js";
import { LinuxHandle } from "./linux-handle.js";
import { workerFile } from "./worker-file.js";

/** One packet of a connection whose messages may carry handles. */
export interface HandlePacket {
  /** The packet, ours to keep. Length 0 is a packet too, not the end. */
  readonly bytes: Buffer;
  readonly credentials: MessageCredentials;
  /** Owned by the sink, which closes what it does not keep. */
  readonly handles: readonly LinuxHandle[];
}

/** Whoever owns the connection. Nothing is called after close(), and nothing of it may throw. */
export interface HandleReceiverSink {
  onPacket(packet: HandlePacket): void;
  /** After the last packet of a turn. */
  onBatchEnd(): void;
  /**
   * The last call. `reason` is null if the peer went away in good order; INVALID_MESSAGE if it sent too long a packet, one
   * without credentials, or more handles than allowed (all closed). The owner calls close() then.
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

/** Receives from one connection in another thread. Sending on the same descriptor stays the owner's. Does not keep the process alive. */
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
  shared ??= new ReceiverThread(loadLibC(), descriptorCloser());
  return shared.add(fd, sink, options);
}

let shared: ReceiverThread | undefined;

/** A turn of one connection: what the receiving thread is asked for... */
export interface ReceiverTurn extends HandleReceiverOptions {
  readonly id: number;
  readonly fd: number;
}

/** ...and what it answers. */
export interface ReceiverAnswer {
  readonly id: number;
  readonly packets: readonly ReceivedPacket[];
  /** Descriptors that nobody gets: to be closed. */
  readonly discarded: readonly number[];
  /** Set when no more packets are to be had; `violation` is null at the end of the stream. */
  readonly end: { readonly violation: string | null } | null;
}

export interface ReceivedPacket {
  readonly bytes: Uint8Array;
  readonly credentials: MessageCredentials;
  readonly handles: readonly { readonly fd: number; readonly kind: HandleKind }[];
}

/**
 * The thread that receives for all connections with handles of this one. Which of them have something is seen here (looking
 * never waits), as koffi's poll handles end the process if they fire in a worker that is being stopped.
 */
class ReceiverThread {
  readonly #libc: LibC;
  readonly #closer: DescriptorCloser;
  readonly #ready: CompletionPort;
  readonly #connections = new Map<number, Connection>();
  #worker: Worker | null = null;
  #lastId = 0;

  constructor(libc: LibC, closer: DescriptorCloser) {
    this.#libc = libc;
    this.#closer = closer;
    this.#ready = new CompletionPort(libc, false, () => {});
    this.#ready.setReferenced(false);
  }

  add(fd: number, sink: HandleReceiverSink, options: HandleReceiverOptions): HandleReceiver {
    const id = ++this.#lastId;
    const receive = () => {
      enterBlocking(this.#libc, connection);
      this.#worker ??= this.#start();
      const turn: ReceiverTurn = { id, fd, ...options };
      this.#worker.postMessage(turn);
    };
    const connection: Connection = new Connection(fd, sink, this.#ready, this.#closer, receive, () => {
      this.#connections.delete(id);
    });
    this.#connections.set(id, connection);
    return connection;
  }

  #start(): Worker {
    const worker = new Worker(workerFile("handle-receiver-worker.js"), { name: "ncalrpc handles" });
    worker.on("message", (answer: ReceiverAnswer) => this.#deliver(answer));
    worker.on("error", (error) => this.#onLost(error));
    worker.unref();
    return worker;
  }

  /** A defect of ours: every connection that waits for the thread ends, and the next turn gets a new one. */
  #onLost(error: unknown): void {
    this.#worker = null;
    const violation = `the thread that receives handles failed: ${error instanceof Error ? error.message : error}`;
    for (const [id, connection] of this.#connections) {
      if (connection.isReceiving) this.#deliver({ id, packets: [], discarded: [], end: { violation } });
    }
  }

  #deliver(answer: ReceiverAnswer): void {
    const connection = this.#connections.get(answer.id);
    if (connection === undefined) return;
    leaveBlocking(connection);
    connection.deliver(answer);
  }
}

/** Handles of one connection that are on the way to be closed; beyond this it has to wait. */
const MAX_CLOSING = 64;

/** One turn for each time that we look: the thread must have answered before we look again. */
const INTEREST = C.EPOLLIN | C.EPOLLONESHOT;

class Connection implements HandleReceiver, EventSource {
  readonly #fd: number;
  readonly #sink: HandleReceiverSink;
  readonly #ready: CompletionPort;
  readonly #closer: DescriptorCloser;
  readonly #receive: () => void;
  readonly #onGone: () => void;
  #isReceiving = false;
  /** Whether we look for packets: not during a turn, after the end, or while the connection has to wait. */
  #isLooking = true;
  #isPaused = false;
  #hasEnded = false;
  #isClosed = false;
  #closing = 0;

  constructor(
    fd: number,
    sink: HandleReceiverSink,
    ready: CompletionPort,
    closer: DescriptorCloser,
    receive: () => void,
    onGone: () => void,
  ) {
    this.#fd = fd;
    this.#sink = sink;
    this.#ready = ready;
    this.#closer = closer;
    this.#receive = receive;
    this.#onGone = onGone;
    ready.add(fd, this, INTEREST);
  }

  get isReceiving(): boolean {
    return this.#isReceiving;
  }

  onEvents(): number {
    this.#isLooking = false;
    this.#isReceiving = true;
    this.#receive();
    return 0;
  }

  deliver({ packets, discarded, end }: ReceiverAnswer): void {
    for (const fd of discarded) this.#closeLater(fd);
    for (const { bytes, credentials, handles } of packets) {
      const own = handles.map(
        ({ fd, kind }) => new LinuxHandle(fd, kind, (taken) => this.#closeLater(taken)),
      );
      const packet = {
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
        credentials,
        handles: own,
      };
      if (this.#isClosed) for (const handle of own) handle.close();
      else this.#sink.onPacket(packet);
    }
    if (!this.#isClosed && packets.length > 0) this.#sink.onBatchEnd();
    // Only now: a sink that closes the connection meanwhile leaves the descriptor to us.
    this.#isReceiving = false;
    if (end !== null) this.#hasEnded = true;
    if (this.#isClosed) this.#closeConnection();
    else if (end === null) this.#look();
    else this.#sink.onEnd(end.violation === null ? null : new AlpcError("INVALID_MESSAGE", end.violation));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#look();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ready.remove(this.#fd);
    // During a turn the thread uses the descriptor.
    if (!this.#isReceiving) this.#closeConnection();
  }

  #look(): void {
    const waits = this.#isReceiving || this.#isPaused || this.#closing > MAX_CLOSING;
    if (waits || this.#isLooking || this.#hasEnded || this.#isClosed) return;
    this.#isLooking = true;
    this.#ready.modify(this.#fd, INTEREST);
  }

  #closeLater(fd: number): void {
    this.#closing++;
    this.#closer.close(fd, () => {
      this.#closing--;
      this.#look();
    });
  }

  #closeConnection(): void {
    this.#onGone();
    this.#closer.close(this.#fd);
  }
}
