/**
 * What generated modules import, and nothing else does: version 1 of this entry stays for as long as modules that were
 * generated against it are to work.
 */
export {
  acceptSystemHandles,
  countOfPending,
  decodeProcedure,
  encodeProcedure,
  pending,
  pendingCount,
  putCounted,
  putCountedReferent,
  putSid,
  putSystemHandle,
  putSystemHandleOrNull,
  Reader,
  type SystemHandle,
  sidCount,
  takeCounted,
  takeCountedReferent,
  takeSid,
  takeSystemHandle,
  takeSystemHandleOrNull,
  Writer,
} from "@ncalrpc/ndr";
export { withStatus, withStatusSync } from "./client/call-status.js";
export { CallbackCall } from "./client/callback-call.js";
export { Client, readNothing, writeNothing } from "./client/client.js";
export { ContextHandle } from "./client/context-handle.js";
export type { CallOptions } from "./client/pending-call.js";
export { type SyncCallOptions, SyncClient } from "./client/sync-client.js";
export type { EnumValue } from "./enum-value.js";
export {
  defineInterface,
  type InterfaceDefinition,
  type InterfaceRecord,
  type MethodDefinition,
} from "./interface-definition.js";
export { outgoingPipe, type PipeSource } from "./pipes/pipe.js";
export { Callbacks } from "./server/callbacks.js";
export { closeContexts } from "./server/close-contexts.js";
export type { ServerCall } from "./server/server-call.js";

/** What a handler may return: a value, now or later. */
export type Awaitable<T> = T | Promise<T>;
