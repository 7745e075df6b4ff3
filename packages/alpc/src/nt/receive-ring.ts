import { align8 } from "../port-message.js";

/** Octets of the ring; a power of two, many times the largest record. */
const CAPACITY = 4 * 1024 * 1024;

/** Words of the state: where the writer and the reader are (octets, modulo 2^32), and three flags. */
const WRITTEN = 0;
const READ = 1;
const WAKING = 2;
const STOPPING = 3;
const READER_WAITS = 4;
const STATE_WORDS = 5;

/** A record: u32 octets with this header, u32 NTSTATUS, u32 key, u32 octets of the message; message; attributes. 8-aligned. */
const RECORD_HEADER = 16;
/** In place of the first word: nothing more up to the end of the ring. */
const SKIP = 0xffff_ffff;

/** Milliseconds after which a writer that waits for room looks whether it is to stop. */
const ROOM_CHECK = 100;

export type RingMemory = { readonly state: SharedArrayBuffer; readonly data: SharedArrayBuffer };

export function createRingMemory(): RingMemory {
  return {
    state: new SharedArrayBuffer(4 * STATE_WORDS),
    data: new SharedArrayBuffer(CAPACITY),
  };
}

/** What one receive brought: for a failed one, only key and status mean something. */
export interface RingRecord {
  /** The id of the port that it was received from. */
  readonly key: number;
  /** NTSTATUS. */
  readonly status: number;
  /** PORT_MESSAGE and payload. */
  readonly message: Buffer;
  /** ALPC_MESSAGE_ATTRIBUTES as the call left them. */
  readonly attributes: Buffer;
}

/** The receive worker's end. */
export class RingWriter {
  readonly #state: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;

  constructor(memory: RingMemory) {
    this.#state = new Int32Array(memory.state);
    this.#bytes = new Uint8Array(memory.data);
    this.#words = new Uint32Array(memory.data);
  }

  get isStopping(): boolean {
    return Atomics.load(this.#state, STOPPING) !== 0;
  }

  /** Copies a record into the ring, waiting for room if need be (`wake` is called then). False: the reader has gone. */
  write(key: number, status: number, message: Uint8Array, attributes: Uint8Array, wake: () => void): boolean {
    const size = RECORD_HEADER + align8(message.length) + align8(attributes.length);
    let written = Atomics.load(this.#state, WRITTEN) >>> 0;
    const toEnd = CAPACITY - (written % CAPACITY);
    const needed = toEnd < size ? toEnd + size : size;
    if (!this.#awaitRoom(written, needed, wake)) return false;
    if (toEnd < size) {
      this.#words[(written % CAPACITY) >> 2] = SKIP;
      written = (written + toEnd) >>> 0;
    }
    const at = written % CAPACITY;
    this.#words[at >> 2] = size;
    this.#words[(at >> 2) + 1] = status;
    this.#words[(at >> 2) + 2] = key;
    this.#words[(at >> 2) + 3] = message.length;
    this.#bytes.set(message, at + RECORD_HEADER);
    this.#bytes.set(attributes, at + RECORD_HEADER + align8(message.length));
    Atomics.store(this.#state, WRITTEN, (written + size) | 0);
    if (Atomics.load(this.#state, READER_WAITS) !== 0) Atomics.notify(this.#state, WRITTEN);
    return true;
  }

  /** True if the reader has to be woken: it has not been since it looked last. */
  takeWake(): boolean {
    return Atomics.exchange(this.#state, WAKING, 1) === 0;
  }

  #awaitRoom(written: number, needed: number, wake: () => void): boolean {
    for (;;) {
      const read = Atomics.load(this.#state, READ);
      if (CAPACITY - ((written - read) >>> 0) >= needed) return true;
      if (this.isStopping) return false;
      wake();
      Atomics.wait(this.#state, READ, read, ROOM_CHECK);
    }
  }
}

/** The main thread's end. */
export class RingReader {
  readonly #state: Int32Array;
  readonly #bytes: Buffer;
  readonly #words: Uint32Array;

  constructor(memory: RingMemory) {
    this.#state = new Int32Array(memory.state);
    this.#bytes = Buffer.from(memory.data);
    this.#words = new Uint32Array(memory.data);
  }

  /** From now on the writer wakes us again. To be called before draining. */
  allowWake(): void {
    Atomics.store(this.#state, WAKING, 0);
  }

  /** Tells the writer to give up. */
  stop(): void {
    Atomics.store(this.#state, STOPPING, 1);
    Atomics.notify(this.#state, READ);
  }

  /** Blocks this thread until there is something to drain: false if the time is over. */
  wait(milliseconds: number): boolean {
    Atomics.store(this.#state, READER_WAITS, 1);
    const read = Atomics.load(this.#state, READ);
    const outcome = Atomics.wait(this.#state, WRITTEN, read, Math.max(0, milliseconds));
    Atomics.store(this.#state, READER_WAITS, 0);
    return outcome !== "timed-out";
  }

  /** Hands up to `budget` records to `consume`, which borrows them. True if there are more. */
  drain(budget: number, consume: (record: RingRecord) => void): boolean {
    for (let i = 0; i < budget; i++) {
      let read = Atomics.load(this.#state, READ) >>> 0;
      if (read === Atomics.load(this.#state, WRITTEN) >>> 0) return false;
      if (this.#words[(read % CAPACITY) >> 2] === SKIP) read = (read + CAPACITY - (read % CAPACITY)) >>> 0;
      const at = read % CAPACITY;
      const [size = 0, status = 0, key = 0, length = 0] = this.#words.subarray(at >> 2, (at >> 2) + 4);
      const start = at + RECORD_HEADER;
      try {
        consume({
          key,
          status,
          message: this.#bytes.subarray(start, start + length),
          attributes: this.#bytes.subarray(start + align8(length), at + size),
        });
      } finally {
        Atomics.store(this.#state, READ, (read + size) | 0);
        Atomics.notify(this.#state, READ);
      }
    }
    return Atomics.load(this.#state, READ) !== Atomics.load(this.#state, WRITTEN);
  }
}
