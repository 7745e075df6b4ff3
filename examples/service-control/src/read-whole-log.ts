import { MAX_LOG_READ, type ServiceControlClient, type ServiceHandle } from "./gen/service-control.js";

export interface LogOptions {
  /** Begin with this many of the last octets; by default with the first that is kept. */
  readonly last?: number;
  /** Go on with what is written from now on, until the manager ends. */
  readonly follow?: boolean;
}

/** A service's log, piece by piece. Throws RpcError. */
export async function* readWholeLog(
  client: ServiceControlClient,
  service: ServiceHandle,
  { last = 0, follow = false }: LogOptions = {},
): AsyncGenerator<Uint8Array> {
  let { start: offset, data } = await client.readLog(service, BigInt(-last), MAX_LOG_READ, false);
  while (data.length > 0 || follow) {
    yield data;
    ({ start: offset, data } = await client.readLog(
      service,
      offset + BigInt(data.length),
      MAX_LOG_READ,
      follow,
    ));
  }
}
