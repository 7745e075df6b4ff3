import diagnosticsChannel from "node:diagnostics_channel";
import type { Token } from "@ncalrpc/security";

/** `ncalrpc:access-denied`: a call or a connection was refused. */
export interface AccessDeniedEvent {
  /** Null if not even that is known. */
  readonly caller: Token | null;
  /** `Interface.method`, or null for a connection. */
  readonly method: string | null;
  readonly reason: string;
}

/** `ncalrpc:handler-error`: a handler threw something other than an RpcError, or its result can't be encoded. */
export interface HandlerErrorEvent {
  readonly caller: Token;
  readonly method: string;
  readonly error: unknown;
}

/** `ncalrpc:rundown-error`: running a context handle down failed. */
export interface RundownErrorEvent {
  readonly interface: string;
  readonly contextType: string;
  readonly error: unknown;
}

/** `ncalrpc:worker-ended`: a worker of a server has ended, or could not start, without having been asked to end. */
export interface WorkerEndedEvent {
  /** From 1 on. */
  readonly worker: number;
  readonly reason: string;
  /** Whether it had served: false for one whose modules can't be loaded. */
  readonly hasServed: boolean;
  /** Milliseconds until another one takes its place. */
  readonly pause: number;
}

const accessDenied = diagnosticsChannel.channel("ncalrpc:access-denied");
const handlerError = diagnosticsChannel.channel("ncalrpc:handler-error");
const rundownError = diagnosticsChannel.channel("ncalrpc:rundown-error");
const workerEnded = diagnosticsChannel.channel("ncalrpc:worker-ended");

/** Calls `listener` for every refusal, until the result is disposed. */
export function onAccessDenied(listener: (event: AccessDeniedEvent) => void): Disposable {
  return subscribe(accessDenied, listener);
}

/** Calls `listener` for every failure of a handler that its caller is not told, until the result is disposed. */
export function onHandlerError(listener: (event: HandlerErrorEvent) => void): Disposable {
  return subscribe(handlerError, listener);
}

/** Calls `listener` for every context handle that can't be run down, until the result is disposed. */
export function onRundownError(listener: (event: RundownErrorEvent) => void): Disposable {
  return subscribe(rundownError, listener);
}

/** Calls `listener` for every worker that ends unasked, in the thread of its server, until the result is disposed. */
export function onWorkerEnded(listener: (event: WorkerEndedEvent) => void): Disposable {
  return subscribe(workerEnded, listener);
}

/** Channels carry no types, but all events of ours are published below, where they are checked. */
function subscribe<E>(channel: diagnosticsChannel.Channel, listener: (event: E) => void): Disposable {
  const onMessage = (message: unknown): void => listener(message as E);
  channel.subscribe(onMessage);
  return { [Symbol.dispose]: () => void channel.unsubscribe(onMessage) };
}

export function reportAccessDenied(caller: Token | null, method: string | null, reason: string): void {
  accessDenied.publish({ caller, method, reason } satisfies AccessDeniedEvent);
}

export function reportHandlerError(caller: Token, method: string, error: unknown): void {
  handlerError.publish({ caller, method, error } satisfies HandlerErrorEvent);
}

export function reportRundownError(owner: string, contextType: string, error: unknown): void {
  rundownError.publish({ interface: owner, contextType, error } satisfies RundownErrorEvent);
}

export function reportWorkerEnded(event: WorkerEndedEvent): void {
  workerEnded.publish(event);
}
