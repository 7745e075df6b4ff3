import type { ReceivedMessage } from "@ncalrpc/alpc";
import { RpcError } from "../rpc-error.js";
import type { StubData } from "./large-requests.js";
import type { MethodEntry } from "./registered-interface.js";
import type { ServerCall } from "./server-call.js";
import type { QuotaShare } from "./user-quota.js";

/** Throws RpcError if a request of a method may not carry system handles, or none beside data that lies elsewhere. */
export function checkRequestHandles(method: MethodEntry, hasDataElsewhere: boolean): void {
  if (!method.takesHandles) {
    throw new RpcError("RPC_S_SYSTEM_HANDLE_COUNT_EXCEEDED", {
      details: `${method.interface.name}.${method.name} takes no system handles`,
    });
  }
  if (hasDataElsewhere) {
    throw new RpcError("RPC_S_CANNOT_SUPPORT", {
      details: "a request with system handles is one message",
    });
  }
}

/**
 * Makes the handles that came with a request its call's: they are closed when it has been answered, and count towards its user's until
 * then. Throws RpcError, with all of them left to the caller.
 */
export function holdHandles(
  handles: ReceivedMessage["handles"],
  call: ServerCall,
  data: StubData,
  quota: QuotaShare,
): StubData {
  let taken = 0;
  const giveBack = (): void => {
    for (; taken > 0; taken--) {
      quota.give();
    }
  };
  try {
    for (; taken < handles.length; taken++) {
      quota.take();
    }
  } catch (error) {
    giveBack();
    throw error;
  }
  call.giveBack = () => {
    giveBack();
    closeAll(handles);
  };
  return { ...data, handles, giveBack: call.giveBack };
}

export function closeAll(handles: ReceivedMessage["handles"]): void {
  for (const handle of handles) {
    handle.close();
  }
}
