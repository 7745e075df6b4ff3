export { createSealedBytes, releaseBytes, sealBytes } from "@ncalrpc/alpc";
export type { SystemHandle } from "@ncalrpc/ndr";
export type { Sid, Token } from "@ncalrpc/security";
export type { CallbackCall } from "./client/callback-call.js";
export { Client, type ClientBinding } from "./client/client.js";
export { ClientConnection } from "./client/client-connection.js";
export type { ConnectOptions } from "./client/connect-options.js";
export { ContextHandle } from "./client/context-handle.js";
export type { CallOptions } from "./client/pending-call.js";
export { type SyncCallOptions, SyncClient } from "./client/sync-client.js";
export {
  type AccessDeniedEvent,
  type HandlerErrorEvent,
  onAccessDenied,
  onHandlerError,
  onRundownError,
  onWorkerEnded,
  type RundownErrorEvent,
  type WorkerEndedEvent,
} from "./diagnostics.js";
export { lookUpEndpoints, mapEndpoint, type RegisteredEndpoint } from "./endpoint-mapper.js";
export type { Hook } from "./hook.js";
export type {
  InterfaceDefinition,
  InterfaceRecord,
  InterfaceSchemas,
  MethodDefinition,
  MethodSchemas,
} from "./interface-definition.js";
export { type ClientLimits, defaultClientLimits, defaultServerLimits, type ServerLimits } from "./limits.js";
export { inquireInterfaces, isServerListening } from "./management.js";
export { currentUser, everyone, group, user } from "./principals.js";
export type { InterfaceId } from "./protocol-lrpc/bind.js";
export { isRpcError, RpcError, type RpcErrorOptions } from "./rpc-error.js";
export { explainRpcStatus, RpcStatus, type RpcStatusName } from "./rpc-status.js";
export type { RegisterOptions, RequestBytes, Rundown } from "./server/registered-interface.js";
export { type CloseOptions, RpcServer, type RpcServerOptions } from "./server/rpc-server.js";
export type { ServerCall } from "./server/server-call.js";
export { formatStringBinding, parseStringBinding, type StringBinding } from "./string-binding.js";
export { type DescriptorSource, giveHandle, lendHandle } from "./system-handle.js";
export type { TransferSyntaxName } from "./transfer-syntax.js";
export { type Implementation, type ImplementOptions, implement } from "./workers/implementation.js";
export type { WorkerOptions } from "./workers/worker-options.js";
