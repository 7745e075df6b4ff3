import { MessageType, PORT_MESSAGE_SIZE, type ReceivedMessage } from "@ncalrpc/alpc";
import type { Reader } from "@ncalrpc/ndr";
import { BIND_SIZE, BindFlags, readBind, TransferSyntax, writeBind } from "../protocol-lrpc/bind.js";
import { RpcError } from "../rpc-error.js";
import { RpcStatus, type RpcStatusName } from "../rpc-status.js";
import type { InterfaceRegistry } from "./interface-registry.js";
import type { ServerConnection } from "./server-connection.js";

/**
 * Answers a bind message: with the client's binding ids and the one transfer syntax that we choose, or with a status. Of both
 * syntaxes NDR64 is chosen, which is what 64-bit clients of rpcrt4 expect; our own client offers one.
 */
export function answerBind(
  connection: ServerConnection,
  message: ReceivedMessage,
  reader: Reader,
  registry: InterfaceRegistry,
  maxBindings: number,
): void {
  if (message.length < BIND_SIZE) {
    throw new RpcError("RPC_S_PROTOCOL_ERROR", { details: "a bind is too short" });
  }
  reader.attach(message.buffer, message.start, message.length);
  const bind = readBind(reader);
  const { bindings, port } = connection;
  const found = registry.find(bind);
  const chosen = bind.transferSyntaxes & TransferSyntax.NDR64 || bind.transferSyntaxes & TransferSyntax.NDR20;
  const bindingId = chosen === TransferSyntax.NDR64 ? bind.ndr64Id : bind.ndr20Id;
  let status: RpcStatusName = "RPC_S_OK";
  if (found === null) {
    status = "RPC_S_UNKNOWN_IF";
  } else if (chosen === 0) {
    status = "RPC_S_UNSUPPORTED_TRANS_SYN";
  } else if (bindings.size >= maxBindings || bindings.has(bindingId)) {
    status = "RPC_S_OUT_OF_RESOURCES";
  } else {
    bindings.set(bindingId, {
      offered: found,
      syntax: chosen === TransferSyntax.NDR64 ? "ndr64" : "ndr20",
    });
  }
  const answer = Buffer.alloc(PORT_MESSAGE_SIZE + BIND_SIZE);
  writeBind(answer, PORT_MESSAGE_SIZE, {
    ...bind,
    status: RpcStatus[status],
    transferSyntaxes: status === "RPC_S_OK" ? chosen : 0,
    flags: found?.requestBytes === "view" ? BindFlags.IN_PLACE : 0,
  });
  port.send(MessageType.REPLY, answer, answer.length, message.messageId, message.callbackId);
}
