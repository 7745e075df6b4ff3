import type { ClientConnection } from "./client/client-connection.js";
import type { ConnectOptions } from "./client/connect-options.js";
import { Management, type ManagementHandlers } from "./gen/management.js";
import type { InterfaceId } from "./protocol-lrpc/bind.js";
import { RpcError } from "./rpc-error.js";
import type { RpcServer } from "./server/rpc-server.js";
import { uuidFromFields, uuidToFields } from "./uuid-fields.js";

/** `error_status_t` of success (C706 appendix E). */
const OK = 0;
const TRUE = 1;

/** Registers the management interface, which every server answers to whoever may connect. */
export function offerManagement(server: RpcServer, offered: () => Iterable<InterfaceId>): void {
  const handlers: ManagementHandlers = {
    inqIfIds: () => ({
      ids: {
        ids: Array.from(offered(), ({ uuid, version }) => ({ uuid: uuidToFields(uuid), ...version })),
      },
      status: OK,
    }),
    inqStats: () => {
      throw new RpcError("RPC_S_CANNOT_SUPPORT", { details: "no statistics are kept" });
    },
    isServerListening: () => ({ status: OK, returnValue: TRUE }),
    stopServerListening: () => {
      throw new RpcError("RPC_S_ACCESS_DENIED", { details: "a server is stopped by those who run it" });
    },
    inqPrincName: () => {
      throw new RpcError("RPC_S_CANNOT_SUPPORT", { details: "local ports have no principal names" });
    },
  };
  server.register(Management, handlers);
}

/** The interfaces that a server offers, the management interface among them. Throws RpcError. */
export async function inquireInterfaces(
  target: string | ClientConnection,
  options?: ConnectOptions,
): Promise<InterfaceId[]> {
  await using client = await Management.connect(target, options);
  const { ids } = await client.inqIfIds({ timeout: options?.timeout ?? 10_000 });
  return (ids?.ids ?? []).flatMap((id) =>
    id === null ? [] : [{ uuid: uuidFromFields(id.uuid), version: { major: id.major, minor: id.minor } }],
  );
}

/** Asks a server whether it is listening; the answer is the round trip. Throws RpcError. */
export async function isServerListening(
  target: string | ClientConnection,
  options?: ConnectOptions,
): Promise<boolean> {
  await using client = await Management.connect(target, options);
  const { returnValue } = await client.isServerListening({ timeout: options?.timeout ?? 10_000 });
  return returnValue === TRUE;
}
