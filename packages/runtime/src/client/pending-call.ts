import type { Reader, Writer } from "@ncalrpc/ndr";
import type { Bind } from "../protocol-lrpc/bind.js";
import type { RpcError } from "../rpc-error.js";

export interface CallOptions {
  /** Gives the call up: it rejects with RPC_S_CALL_CANCELLED, and the server is told. */
  readonly signal?: AbortSignal;
  /** Milliseconds from now, at least 1; then the call rejects with RPC_S_TIMEOUT, and the server is told. */
  readonly timeout?: number;
}

/** A request from its start until the server has answered it. */
export abstract class PendingCall {
  readonly options: CallOptions | undefined;
  /** Milliseconds on performance.now()'s clock; infinite without a timeout. */
  readonly deadline: number;
  callId = 0;
  /** 0 until the request is sent. */
  messageId = 0;
  /** The caller has its answer; if the server has not sent one yet, the entry only waits for it. */
  isSettled = false;
  /** Memory that the server may still read or write; kept until it has answered. */
  retained: Buffer | null = null;

  #onAbort: (() => void) | null = null;

  constructor(options: CallOptions | undefined) {
    this.options = options;
    const timeout = options?.timeout;
    this.deadline = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout;
  }

  protected abstract reject(error: RpcError): void;

  fail(error: RpcError): void {
    if (!this.isSettled) {
      this.finish();
      this.reject(error);
    }
  }

  /** Calls `onAbort` if the caller's signal aborts before the call is settled. */
  watch(onAbort: () => void): void {
    this.#onAbort = onAbort;
    this.options?.signal?.addEventListener("abort", onAbort, { once: true });
  }

  protected finish(): void {
    this.isSettled = true;
    if (this.#onAbort !== null) {
      this.options?.signal?.removeEventListener("abort", this.#onAbort);
      this.#onAbort = null;
    }
  }
}

/** A call of a procedure. The types of its values are known only to TypedCall. */
export abstract class ProcedureCall extends PendingCall {
  readonly bindingId: number;
  readonly procNum: number;
  /** Where the server writes a response that is too long for a section. */
  pulled: Buffer | null = null;

  constructor(bindingId: number, procNum: number, options: CallOptions | undefined) {
    super(options);
    this.bindingId = bindingId;
    this.procNum = procNum;
  }

  abstract encode(writer: Writer): void;
  /** Decodes the response and resolves. Throws what the decoder throws. */
  abstract complete(reader: Reader): void;
}

/** A call whose request is a `Q` and whose result is an `S`. */
export class TypedCall<Q, S> extends ProcedureCall {
  readonly #request: Q;
  readonly #write: (writer: Writer, request: Q) => void;
  readonly #read: (reader: Reader) => S;
  readonly #resolve: (result: S) => void;
  readonly #reject: (error: RpcError) => void;

  constructor(
    bindingId: number,
    procNum: number,
    request: Q,
    write: (writer: Writer, request: Q) => void,
    read: (reader: Reader) => S,
    options: CallOptions | undefined,
    resolve: (result: S) => void,
    reject: (error: RpcError) => void,
  ) {
    super(bindingId, procNum, options);
    this.#request = request;
    this.#write = write;
    this.#read = read;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  override encode(writer: Writer): void {
    this.#write(writer, this.#request);
  }

  override complete(reader: Reader): void {
    const result = this.#read(reader);
    this.finish();
    this.#resolve(result);
  }

  protected override reject(error: RpcError): void {
    this.#reject(error);
  }
}

/** A bind on its way. */
export class BindCall extends PendingCall {
  readonly #resolve: (answer: Bind) => void;
  readonly #reject: (error: RpcError) => void;

  constructor(options: CallOptions, resolve: (answer: Bind) => void, reject: (error: RpcError) => void) {
    super(options);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  complete(answer: Bind): void {
    this.finish();
    this.#resolve(answer);
  }

  protected override reject(error: RpcError): void {
    this.#reject(error);
  }
}
