import { Management, type ManagementHandlers, type Uuid } from "./gen/management.js";
import type { InterfaceId } from "./protocol-lrpc/bind.js";
import { RpcError } from "./rpc-error.js";
import type { RpcServer } from "./server/rpc-server.js";
import { parseUuid } from "./uuid.js";

/** `error_status_t` of success (C706 appendix E). */
const OK = 0;

/** Registers the management interface, which every server answers to whoever may connect. */
export function offerManagement(server: RpcServer, offered: () => Iterable<InterfaceId>): void {
  const handlers: ManagementHandlers = {
    inqIfIds: () => ({
      ids: {
        ids: Array.from(offered(), ({ uuid, version }) => ({ uuid: parseUuid(uuid), ...version })),
      },
      status: OK,
    }),
    inqStats: () => ({ statistics: new Uint32Array(0), status: OK }),
    isServerListening: () => ({ status: OK, returnValue: 1 }),
    stopServerListening: () => {
      throw new RpcError("RPC_S_ACCESS_DENIED", { details: "a server is stopped by those who run it" });
    },
    inqPrincName: () => {
      throw new RpcError("RPC_S_CANNOT_SUPPORT", { details: "local ports have no principal names" });
    },
  };
  server.register(Management, handlers);
}
