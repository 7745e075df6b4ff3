import type { Reader, Writer } from "@ncalrpc/ndr";
import type { RpcError } from "../rpc-error.js";

export interface CallOptions {
  /** Gives the call up: it rejects with RPC_S_CALL_CANCELLED, and the server is told. */
  readonly signal?: AbortSignal;
  /** Milliseconds from now, at least 1; then the call rejects with RPC_S_TIMEOUT, and the server is told. */
  readonly timeout?: number;
}

/** A call, or a bind, from its start until the server has answered it. The types of its values are TypedCall's. */
export interface PendingCall {
  /** The type of the LRPC message that answers it, if no fault does. */
  readonly answerType: number;
  readonly bindingId: number;
  readonly procNum: number;
  readonly options: CallOptions | undefined;
  /** Milliseconds on performance.now()'s clock; infinite without a timeout. */
  readonly deadline: number;
  /** Given when the request is sent. */
  callId: number;
  /** 0 until the request is sent. */
  messageId: number;
  /** The caller has its answer; if the server has not sent one yet, the entry only waits for it. */
  readonly isSettled: boolean;
  /** Memory that the server may still read or write; kept until it has answered. */
  retained: Buffer | null;
  /** Where the server writes a response that is too long for a section. */
  pulled: Buffer | null;
  encode(writer: Writer): void;
  /** Decodes the answer and resolves. Throws what the decoder throws. */
  complete(reader: Reader): void;
  /** Rejects, unless the call is settled. */
  fail(error: RpcError): void;
  /** Calls `onAbort` if the caller's signal aborts before the call is settled. */
  watch(onAbort: () => void): void;
}

/**
 * A call whose request is a `Q` and whose result is an `S`: the one object that is made for a call beside its promise.
 * (A hierarchy of classes would take longer to construct than the request to encode.)
 */
export class TypedCall<Q, S> implements PendingCall {
  readonly promise: Promise<S>;
  readonly answerType: number;
  readonly bindingId: number;
  readonly procNum: number;
  readonly options: CallOptions | undefined;
  readonly deadline: number;
  callId = 0;
  messageId = 0;
  isSettled = false;
  retained: Buffer | null = null;
  pulled: Buffer | null = null;
  readonly #request: Q;
  readonly #write: (writer: Writer, request: Q) => void;
  readonly #read: (reader: Reader) => S;
  #resolve!: (result: S) => void;
  #reject!: (error: RpcError) => void;
  #onAbort: (() => void) | null = null;

  constructor(
    answerType: number,
    bindingId: number,
    procNum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    options: CallOptions | undefined,
  ) {
    this.answerType = answerType;
    this.bindingId = bindingId;
    this.procNum = procNum;
    this.#request = request;
    this.#write = write;
    this.#read = read;
    this.options = options;
    const timeout = options?.timeout;
    this.deadline = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  encode(writer: Writer): void {
    this.#write(writer, this.#request);
  }

  complete(reader: Reader): void {
    const result = this.#read(reader);
    this.#finish();
    this.#resolve(result);
  }

  fail(error: RpcError): void {
    if (!this.isSettled) {
      this.#finish();
      this.#reject(error);
    }
  }

  watch(onAbort: () => void): void {
    this.#onAbort = onAbort;
    this.options?.signal?.addEventListener("abort", onAbort, { once: true });
  }

  #finish(): void {
    this.isSettled = true;
    if (this.#onAbort !== null) {
      this.options?.signal?.removeEventListener("abort", this.#onAbort);
      this.#onAbort = null;
    }
  }
}
