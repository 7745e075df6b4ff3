import type { Reader, Writer } from "@ncalrpc/ndr";
import { watchAbort } from "../abort-watch.js";
import type { RpcError } from "../rpc-error.js";
import type { ApartResponse } from "./apart-response.js";

export interface CallOptions {
  /** Gives the call up: it rejects with RPC_S_CALL_CANCELLED, and the server is told. */
  readonly signal?: AbortSignal;
  /** Milliseconds from now, at least 1; then the call rejects with RPC_S_TIMEOUT, and the server is told. */
  readonly timeout?: number;
  /**
   * Where a byte array of the response goes that is too long for a message (the largest, if there are several).
   * "copy" (default): memory of its own. An array: that one, if it is large enough; the result is a part of it, and
   * nobody else may use it until the call is settled. "view": where the server sealed it (sealBytes), no copy is made but
   * its memory seen, which costs the same whatever the size, and stays for as long as the result can be reached; views of the same
   * memory from one connection share what is written to them, which stays in this process. What isn't sealed is copied.
   */
  readonly bytes?: "copy" | "view" | Uint8Array;
}

/** The pipes of a call, which travel beside its request. */
export interface CallPipes {
  /** The request is on its way, as the call of that id. */
  begin(callId: number): void;
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
  /** The caller's thread waits for it. */
  readonly isBlocking: boolean;
  /** The caller has its answer; if the server has not sent one yet, the entry only waits for it. */
  readonly isSettled: boolean;
  /** Memory that the server may still read or write; kept until it has answered. */
  retained: Buffer | null;
  /** Where the server writes a response that is too long for a section. */
  pulled: Buffer | null;
  /** What has come of a byte array that travels apart from the response. */
  apart: ApartResponse | null;
  /** Null for most calls, and for all to servers that take pipes within the request. */
  pipes: CallPipes | null;
  encode(writer: Writer): void;
  /** Decodes the answer and resolves. Throws what the decoder throws. */
  complete(reader: Reader): void;
  /** Rejects, unless the call is settled. */
  fail(error: RpcError): void;
  /** Calls `onAbort` if the caller's signal aborts before the call is settled. */
  watch(onAbort: () => void): void;
}

/** What has become of a call whose caller's thread waits for it. */
export type Outcome<S> =
  | { readonly status: "pending" }
  | { readonly status: "fulfilled"; readonly value: S }
  | { readonly status: "rejected"; readonly reason: RpcError };

/**
 * A call whose request is a `Q` and whose result is an `S`: the one object that is made for a call beside its promise.
 * (A hierarchy of classes would take longer to construct than the request to encode.)
 */
export class TypedCall<Q, S> implements PendingCall {
  readonly answerType: number;
  readonly bindingId: number;
  readonly procNum: number;
  readonly options: CallOptions | undefined;
  readonly deadline: number;
  callId = 0;
  messageId = 0;
  isBlocking = false;
  isSettled = false;
  retained: Buffer | null = null;
  pulled: Buffer | null = null;
  apart: ApartResponse | null = null;
  pipes: CallPipes | null = null;
  readonly #request: Q;
  readonly #write: (writer: Writer, request: Q) => void;
  readonly #read: (reader: Reader) => S;
  #resolve!: (result: S) => void;
  #reject!: (error: RpcError) => void;
  #unwatch: (() => void) | null = null;

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
  }

  /** Settles as the call does. This or `outcome` is called before the call is started. */
  promise(): Promise<S> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Answers, at any time, what has become of the call. */
  outcome(): () => Outcome<S> {
    this.isBlocking = true;
    let outcome: Outcome<S> = { status: "pending" };
    this.#resolve = (value) => {
      outcome = { status: "fulfilled", value };
    };
    this.#reject = (reason) => {
      outcome = { status: "rejected", reason };
    };
    return () => outcome;
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
    const signal = this.options?.signal;
    this.#unwatch = signal === undefined ? null : watchAbort(signal, onAbort);
  }

  #finish(): void {
    this.isSettled = true;
    if (this.#unwatch !== null) {
      this.#unwatch();
      this.#unwatch = null;
    }
  }
}
