import type { ClientConnection } from "./client/client-connection.js";
import type { ConnectOptions } from "./client/connect-options.js";
import { EndpointMapper, type LookupHandle } from "./gen/endpoint-mapper.js";
import type { InterfaceId } from "./protocol-lrpc/bind.js";
import { formatTower, parseTower } from "./protocol-tower.js";
import { RpcError } from "./rpc-error.js";
import { formatStringBinding } from "./string-binding.js";
import { uuidFromFields, uuidToFields } from "./uuid-fields.js";

/** What a server has registered with the endpoint mapper of this machine. */
export interface RegisteredEndpoint {
  readonly interface: InterfaceId;
  /** Null if the registration is for no object in particular. */
  readonly objectUuid: string | null;
  /** `ncalrpc:[endpoint]`. */
  readonly binding: string;
  readonly annotation: string;
}

/** Where the endpoint mapper of Windows listens. */
const MAPPER = formatStringBinding("epmapper");

const NIL_UUID = "00000000-0000-0000-0000-000000000000";
const ALL = 0;
const BY_INTERFACE = 1;
const ALL_VERSIONS = 1;
const COMPATIBLE_VERSIONS = 2;
const PAGE = 100;
const OK = 0;
/** ept_s_not_registered: no entries, or no more of them (C706 appendix E). */
const NO_MORE_ENTRIES = 0x16c9a0d6;

/**
 * Local endpoints that are registered with the endpoint mapper, of one interface in compatible versions or of all;
 * those of other protocols are left out. Throws RpcError.
 */
export async function lookUpEndpoints(
  interfaceId: InterfaceId | null = null,
  target: string | ClientConnection = MAPPER,
  options?: ConnectOptions,
): Promise<RegisteredEndpoint[]> {
  await using mapper = await EndpointMapper.connect(target, options);
  const found: RegisteredEndpoint[] = [];
  const id = interfaceId === null ? null : { uuid: uuidToFields(interfaceId.uuid), ...interfaceId.version };
  let handle: LookupHandle | null = null;
  try {
    for (;;) {
      const page = await mapper.lookup(
        id === null ? ALL : BY_INTERFACE,
        null,
        id,
        id === null ? ALL_VERSIONS : COMPATIBLE_VERSIONS,
        handle,
        PAGE,
      );
      handle = page.handle;
      for (const { object, tower, annotation } of page.entries) {
        const local = tower === null ? null : parseTower(tower.octets);
        if (local !== null) {
          const objectUuid = uuidFromFields(object);
          found.push({
            interface: local.interface,
            objectUuid: objectUuid === NIL_UUID ? null : objectUuid,
            binding: formatStringBinding(local.endpoint),
            annotation,
          });
        }
      }
      if (page.status !== OK && page.status !== NO_MORE_ENTRIES) {
        throw new RpcError("RPC_S_CALL_FAILED", {
          details: `the endpoint mapper answered 0x${page.status.toString(16)}`,
        });
      }
      if (page.status === NO_MORE_ENTRIES || page.entries.length < PAGE || handle === null) {
        return found;
      }
    }
  } finally {
    if (handle !== null && !handle.closed) {
      await mapper.lookupHandleFree(handle);
    }
  }
}

/**
 * String bindings of whoever serves an interface (ept_map), for endpoints that are chosen at run time. Empty if nobody
 * does. Throws RpcError.
 */
export async function mapEndpoint(
  interfaceId: InterfaceId,
  target: string | ClientConnection = MAPPER,
  options?: ConnectOptions,
): Promise<string[]> {
  await using mapper = await EndpointMapper.connect(target, options);
  const octets = formatTower({ interface: interfaceId, endpoint: "" });
  const { handle, towers } = await mapper.map(null, { octets }, null, PAGE);
  if (handle !== null && !handle.closed) {
    await mapper.lookupHandleFree(handle);
  }
  return towers.flatMap((tower) => {
    const local = tower === null ? null : parseTower(tower.octets);
    return local === null ? [] : [formatStringBinding(local.endpoint)];
  });
}
