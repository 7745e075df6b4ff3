import { isAlpcError } from "@ncalrpc/alpc";
import { type Reader, Writer } from "@ncalrpc/ndr";
import type { Token } from "@ncalrpc/security";
import { CallSignal } from "../call-signal.js";
import type { CallOptions } from "../client/pending-call.js";
import type { OutgoingPipe, ReadChunk } from "../pipes/pipe.js";
import { isRpcError, RpcError } from "../rpc-error.js";
import { closeHandles } from "../system-handle.js";
import type { TransferSyntaxName } from "../transfer-syntax.js";
import { CallContexts, WAITS } from "./call-contexts.js";
import { CallPipes } from "./call-pipes.js";
import type { MethodEntry } from "./registered-interface.js";
import type { ServerConnection } from "./server-connection.js";

/** What a server needs to answer a message, beside the connection. */
export interface ReplyTo {
  readonly messageId: number;
  readonly callbackId: number;
  readonly callId: number;
}

/** A call as its handler sees it. */
export class ServerCall implements ReplyTo {
  /** Who made this very call, from the kernel. */
  readonly caller: Token;
  /** Milliseconds on performance.now()'s clock until which the caller waits; infinite if it did not say. */
  readonly deadline: number;
  /** The object that the call is for (the client's binding named it), in lower case; null for none in particular. */
  readonly objectUuid: string | null;
  /** @internal */
  readonly messageId: number;
  /** @internal */
  readonly callbackId: number;
  /** @internal */
  readonly callId: number;
  /** @internal That of the binding that the call came over. */
  syntax: TransferSyntaxName = "ndr20";
  /** @internal OpenCalls': whether it is among them, and the next one of its chain. */
  isOpen = false;
  nextOpen: ServerCall | null = null;
  /** @internal Octets of memory that the request took beside its message. */
  readonly octets: number;
  /** @internal Memory of the request that is taken back when the call has been answered. */
  giveBack: (() => void) | null = null;
  readonly #connection: ServerConnection;
  readonly #method: MethodEntry;
  #pipes: CallPipes | null = null;
  /** @internal The client has the pipes of this call in messages of their own. */
  streamsPipes = false;
  /** Made when it is needed. */
  #signal: CallSignal | null = null;
  #isAnswered = false;
  #onCancel: ((reason: RpcError) => void) | null = null;
  /** Made when the call has to do with context handles. */
  #contexts: CallContexts | null = null;

  constructor(
    connection: ServerConnection,
    method: MethodEntry,
    caller: Token,
    messageId: number,
    callbackId: number,
    callId: number,
    deadline: number,
    objectUuid: string | null,
    octets: number,
  ) {
    this.#connection = connection;
    this.#method = method;
    this.caller = caller;
    this.messageId = messageId;
    this.callbackId = callbackId;
    this.callId = callId;
    this.deadline = deadline;
    this.objectUuid = objectUuid;
    this.octets = octets;
  }

  /** Identifies the connection in logs and per-connection state; never reused in this process. */
  get connectionId(): number {
    return this.#connection.id;
  }

  /** `Interface.method`. */
  get name(): string {
    return `${this.#method.interface.name}.${this.#method.name}`;
  }

  /** Aborts when the caller gives the call up, its deadline passes, or the connection or the server ends. */
  get signal(): AbortSignal {
    if (this.#signal === null) {
      this.#signal = new CallSignal();
      if (this.#connection.isClosed) {
        this.#signal.abort(new RpcError("RPC_S_CALL_CANCELLED", { details: "the client is gone" }));
      } else if (!this.#isAnswered) {
        this.#signal.expireAt(this.deadline, (reason) => this.cancel(reason));
      }
    }
    return this.#signal.signal;
  }

  /**
   * Runs `work` with the caller's identity, on systems whose threads can take it (Windows), until it returns: what it
   * opens is opened as the caller. It must be synchronous; the call must not have been answered. Throws RpcError:
   * RPC_S_CANNOT_SUPPORT on other systems, RPC_S_ACCESS_DENIED if the caller does not allow it.
   */
  impersonate<T>(work: () => T): T {
    const { port } = this.#connection;
    if (port.impersonate === undefined) {
      throw new RpcError("RPC_S_CANNOT_SUPPORT", {
        details: "threads of this system have no identity of their own",
      });
    }
    try {
      return port.impersonate(this.messageId, () => onlySynchronous(work()));
    } catch (error) {
      throw isAlpcError(error) ? RpcError.from(error) : error;
    }
  }

  /** For generated code: answers with `result`, now or when it settles, encoded by `write`. */
  respond<T>(result: T | Promise<T>, write: (writer: Writer, value: T) => void): void {
    const { checks } = this.#method.interface;
    const isReady = checks === null || checks.isReady;
    const checked = isReady ? result : Promise.all([result, checks.load()]).then(([value]) => value);
    if (checked instanceof Promise) {
      this.#connection.addCall(this);
      checked.then(
        (value) => this.#answer(value, write),
        (error: unknown) => this.fail(error),
      );
    } else {
      this.#answer(checked, write);
    }
  }

  /** @internal The call is answered later; `onCancel` is told, instead of the call's own signal, when it should be given up. */
  defer(onCancel: (reason: RpcError) => void): void {
    this.#onCancel = onCancel;
    this.#connection.addCall(this);
  }

  /** For generated code: calls the client back as part of this call. Rejects with RpcError. */
  async callBack<S>(
    opnum: number,
    write: (writer: Writer) => void,
    read: (reader: Reader) => S,
    options: CallOptions | undefined,
  ): Promise<S> {
    if (this.#isAnswered) {
      throw new RpcError("RPC_S_NO_CALL_ACTIVE", { details: `${this.name} was answered` });
    }
    return await this.#connection.callbacks.call(this, opnum, write, read, options);
  }

  /** For generated code: the next [in] pipe, after all that was read of the request. */
  pipe<T>(reader: Reader, read: ReadChunk<T>): AsyncIterable<T> {
    return this.#callPipes().incoming(reader, read);
  }

  /** For generated code: as `respond`, for a result with [out] pipes, which `pipes` finds. */
  respondWithPipes<T>(
    result: T | Promise<T>,
    write: (writer: Writer, value: T) => void,
    pipes: (value: T) => readonly OutgoingPipe[],
  ): void {
    const callPipes = this.#callPipes();
    const prepared = async (): Promise<T> => {
      const value = await result;
      await callPipes.prepare(pipes(value));
      return value;
    };
    this.respond(prepared(), (writer, value) => {
      callPipes.write(writer);
      write(writer, value);
    });
  }

  #callPipes(): CallPipes {
    this.#pipes ??= new CallPipes(this, this.streamsPipes ? this.#connection.pipes : null);
    return this.#pipes;
  }

  /** For generated code: the state behind a context handle. Throws RpcError. */
  context(typeName: string, id: string | null): object {
    if (id === null) {
      throw new RpcError("RPC_X_SS_IN_NULL_CONTEXT");
    }
    return this.#ownContexts.use(typeName, id);
  }

  /** For generated code: the same for a handle that may be null. */
  contextOrNull(typeName: string, id: string | null): object | null {
    return id === null ? null : this.context(typeName, id);
  }

  /** For generated code: the handle for `state`, made when the object is first seen. */
  contextId(typeName: string, state: object | null): string | null {
    return state === null ? null : this.#ownContexts.idOf(typeName, state);
  }

  /** For generated code: an [in,out] handle came back null from its handler. */
  closeContext(typeName: string, id: string): void {
    this.#ownContexts.close(typeName, id);
  }

  /** @internal Null if `token` may make this call, and answer what is called back during it; else the reason. */
  findDenial(token: Token): string | null {
    return this.#connection.findDenial(token, this.#method);
  }

  /** @internal Tells the handler to give up. Its answer still counts. */
  cancel(reason: RpcError): void {
    if (this.isWaiting) {
      this.fail(reason);
      return;
    }
    if (this.#onCancel !== null) {
      this.#onCancel(reason);
      return;
    }
    this.#signal ??= new CallSignal();
    this.#signal.abort(reason);
  }

  /** @internal Whether it waits for a context: then its handler has not run. */
  get isWaiting(): boolean {
    return this.#contexts?.isWaiting === true;
  }

  /** @internal How a waiting call begins again, with decoding. */
  restartWith(restart: () => void): void {
    this.#contexts?.restartWith(restart);
    this.#connection.addCall(this);
  }

  /** @internal Throws if a handle of the result, which has been encoded, could not be made. */
  checkContexts(): void {
    this.#contexts?.check();
  }

  /** @internal Answers with a fault, unless the call has been answered. */
  fail(error: unknown): void {
    if (error === WAITS) {
      return;
    }
    this.#pipes?.abandon();
    if (this.#end()) {
      this.#contexts?.abandon();
      this.#connection.sendFault(this, error);
    }
  }

  #answer<T>(value: T, write: (writer: Writer, value: T) => void): void {
    if (this.#isAnswered) {
      return;
    }
    try {
      this.#check(value, write);
      this.#connection.sendResponse(this, value, write);
      if (this.#pipes?.isSending === true) {
        void this.#connection.keepBusy(this.#pipes.send((error) => this.#connection.faultOf(this, error)));
      }
      this.#end();
    } catch (error) {
      this.fail(isOfClient(error) ? RpcError.from(error) : new UnusableResult(error));
      return;
    }
    if (this.#connection.isClosed) {
      this.#contexts?.abandon();
    }
  }

  /** Throws if the result is not what the interface says. */
  #check<T>(value: T, write: (writer: Writer, value: T) => void): void {
    try {
      this.#method.interface.checks?.check(this.#method.name, value);
    } catch (error) {
      this.#adopt(value, write);
      throw error;
    }
  }

  /** Makes the states of a result known that will not be sent, so that they are run down, and closes its handles. */
  #adopt<T>(value: T, write: (writer: Writer, value: T) => void): void {
    const writer = new Writer();
    try {
      write(writer, value);
    } catch {
      // The result was refused before.
    }
    closeHandles(writer);
  }

  get #ownContexts(): CallContexts {
    this.#contexts ??= new CallContexts(this, this.#method.interface, this.#connection.contexts);
    return this.#contexts;
  }

  /** False if the call had ended before. */
  #end(): boolean {
    if (this.#isAnswered) {
      return false;
    }
    this.#isAnswered = true;
    this.#signal?.stop();
    this.#contexts?.end();
    if (this.#pipes?.isSending !== true) {
      this.#pipes?.endIncoming();
    }
    this.#connection.endCall(this);
    this.giveBack?.();
    this.giveBack = null;
    return true;
  }
}

/** A handler returned something that its interface can't carry. Not an RpcError: the reason stays in the server. */
class UnusableResult extends Error {
  constructor(cause: unknown) {
    super("the handler's result cannot be encoded", { cause });
  }
}

/** That a limit is reached, or that the client takes no handles, is the client's business; that a result can't be encoded is not. */
function isOfClient(error: unknown): boolean {
  if (isAlpcError(error)) {
    return error.status === "NOT_SUPPORTED";
  }
  return isRpcError(error) && error.status === "RPC_S_OUT_OF_RESOURCES";
}

/** A promise would go on when the thread has its own identity back, or another caller's. */
function onlySynchronous<T>(result: T): T {
  if (result instanceof Promise) {
    throw new RpcError("RPC_S_INVALID_ARG", { details: "work under impersonation must be synchronous" });
  }
  return result;
}
