import type { Reader } from "@ncalrpc/ndr";
import {
  CALLBACK_REPLY_SIZE,
  CALLBACK_REQUEST_SIZE,
  callbackRequestHeader,
  MAX_CALLBACK_FAULT_SIZE,
  writeCallbackFault,
  writeCallbackReply,
} from "../protocol-lrpc/callback.js";
import { RpcError } from "../rpc-error.js";
import type { ServerCall } from "../server/server-call.js";

/**
 * Calls a client back with a request that a worker has encoded, as part of the call that `find` knows, and answers with the message
 * that the client would answer the worker with: a reply or a fault. Never rejects.
 */
export async function relayCallback(
  request: ArrayBuffer,
  find: (callId: number) => ServerCall | null,
): Promise<ArrayBuffer> {
  const header = new DataView(request);
  const call = find(callbackRequestHeader.callId(header, 0));
  const callbackId = callbackRequestHeader.callbackId(header, 0);
  const stubData = Buffer.from(request, CALLBACK_REQUEST_SIZE);
  try {
    if (call === null) {
      throw new RpcError("RPC_S_NO_CALL_ACTIVE", { details: "the call was answered" });
    }
    return await call.callBack(
      callbackRequestHeader.procNum(header, 0),
      (writer) => writer.bytes(stubData),
      (reader) => formatReply(callbackId, reader),
      { timeout: callbackRequestHeader.timeout(header, 0) },
    );
  } catch (error) {
    return formatFault(callbackId, RpcError.from(error));
  }
}

function formatReply(callbackId: number, reader: Reader): ArrayBuffer {
  const stubData = reader.rest();
  const octets = new ArrayBuffer(CALLBACK_REPLY_SIZE + stubData.length);
  writeCallbackReply(new DataView(octets), 0, callbackId);
  Buffer.from(octets).set(stubData, CALLBACK_REPLY_SIZE);
  return octets;
}

function formatFault(callbackId: number, { status, details }: RpcError): ArrayBuffer {
  const octets = new ArrayBuffer(MAX_CALLBACK_FAULT_SIZE);
  const length = writeCallbackFault(Buffer.from(octets), 0, callbackId, status, details);
  return octets.slice(0, length);
}
