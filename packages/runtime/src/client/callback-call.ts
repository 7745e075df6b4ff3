import type { Writer } from "@ncalrpc/ndr";
import { CallSignal } from "../call-signal.js";
import type { RpcError } from "../rpc-error.js";

/** A callback as the client's handler of it sees it. */
export class CallbackCall {
  /** `Interface.callback`. */
  readonly name: string;
  /** Milliseconds on performance.now()'s clock until which the server waits. */
  readonly deadline: number;
  readonly #answer: (write: (writer: Writer) => void) => void;
  readonly #refuse: (error: unknown) => void;
  /** Made when the handler asks for it. */
  #signal: CallSignal | null = null;
  #isAnswered = false;

  /** For the runtime: `answer` sends what `write` encodes and may throw, `refuse` sends a fault. */
  constructor(
    name: string,
    deadline: number,
    answer: (write: (writer: Writer) => void) => void,
    refuse: (error: unknown) => void,
  ) {
    this.name = name;
    this.deadline = deadline;
    this.#answer = answer;
    this.#refuse = refuse;
  }

  /** Aborts when the server's time is up, or the connection ends. */
  get signal(): AbortSignal {
    if (this.#signal === null) {
      this.#signal = new CallSignal();
      this.#signal.expireAt(this.deadline, (reason) => this.cancel(reason));
    }
    return this.#signal.signal;
  }

  /** For generated code: answers with `result`, now or when it settles, encoded by `write`. */
  respond<T>(result: T | Promise<T>, write: (writer: Writer, value: T) => void): void {
    if (result instanceof Promise) {
      result.then(
        (value) => this.#respond(value, write),
        (error: unknown) => this.fail(error),
      );
    } else {
      this.#respond(result, write);
    }
  }

  /** @internal Answers with a fault, unless the callback has been answered. */
  fail(error: unknown): void {
    if (this.#end()) {
      this.#refuse(error);
    }
  }

  /** @internal Tells the handler to give up. */
  cancel(reason: RpcError): void {
    this.#signal?.abort(reason);
  }

  #respond<T>(value: T, write: (writer: Writer, value: T) => void): void {
    if (this.#end()) {
      try {
        this.#answer((writer) => write(writer, value));
      } catch (error) {
        this.#refuse(error);
      }
    }
  }

  #end(): boolean {
    if (this.#isAnswered) {
      return false;
    }
    this.#isAnswered = true;
    this.#signal?.stop();
    return true;
  }
}
