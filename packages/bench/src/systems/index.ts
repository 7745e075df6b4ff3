import type { System } from "../system.js";

/** Every system by name, in the order of the report. Loaded one by one, so that a client pays for its own modules only. */
export const SYSTEMS: ReadonlyMap<string, () => Promise<System>> = new Map([
  ["ncalrpc", async () => (await import("./ncalrpc.js")).ncalrpc],
  ["raw-net", async () => (await import("./raw-net.js")).rawNet],
  ["vscode-jsonrpc", async () => (await import("./vscode-jsonrpc.js")).vscodeJsonrpc],
  ["grpc-js", async () => (await import("./grpc-js.js")).grpcJs],
  ["connect-node", async () => (await import("./connect-node.js")).connectNode],
  ["child-process", async () => (await import("./child-process.js")).childProcess],
  ["seqpacket-blocking", async () => (await import("./seqpacket-blocking.js")).seqpacketBlocking],
  ["seqpacket-poll", async () => (await import("./seqpacket-poll.js")).seqpacketPoll],
  ["seqpacket-poll-hot", async () => (await import("./seqpacket-poll.js")).seqpacketPollHot],
]);

/** Throws RangeError for a name that is not in the map. */
export async function loadSystem(name: string): Promise<System> {
  const load = SYSTEMS.get(name);
  if (load === undefined) {
    throw new RangeError(`no system is called "${name}"`);
  }
  return await load();
}
