import type { PairedSystem, System } from "../system.js";

const ours = () => import("./ncalrpc.js");
const floors = () => import("./native-floors.js");

/** Every system by name, in the order of the report. Loaded one by one, so that a client pays for its own modules only. */
export const SYSTEMS: ReadonlyMap<string, () => Promise<System>> = new Map<string, () => Promise<System>>([
  ["ncalrpc", async () => (await ours()).ncalrpc],
  ["ncalrpc-socket", async () => (await ours()).ncalrpcSocket],
  ["ncalrpc-sync", async () => (await ours()).ncalrpcSync],
  ["ncalrpc-socket-sync", async () => (await ours()).ncalrpcSocketSync],
  ["ncalrpc-no-spin", async () => (await ours()).ncalrpcNoSpin],
  ["ncalrpc-socket-no-spin", async () => (await ours()).ncalrpcSocketNoSpin],
  ["ncalrpc-reuse", async () => (await ours()).ncalrpcReuse],
  ["ncalrpc-one-copy", async () => (await ours()).ncalrpcOneCopy],
  ["ncalrpc-view", async () => (await ours()).ncalrpcView],
  ["ncalrpc-workers-1", async () => (await ours()).ncalrpcWorkers1],
  ["ncalrpc-workers-2", async () => (await ours()).ncalrpcWorkers2],
  ["ncalrpc-workers-4", async () => (await ours()).ncalrpcWorkers4],
  ["raw-net", async () => (await import("./raw-net.js")).rawNet],
  ["vscode-jsonrpc", async () => (await import("./vscode-jsonrpc.js")).vscodeJsonrpc],
  ["grpc-js", async () => (await import("./grpc-js.js")).grpcJs],
  ["connect-node", async () => (await import("./connect-node.js")).connectNode],
  ["zeromq", async () => (await import("./zeromq.js")).zeromq],
  ["capnp-es", async () => (await import("./capnp.js")).capnp],
  ["child-process", async () => (await import("./child-process.js")).childProcess],
  ["message-port", async () => (await import("./message-port.js")).messagePort],
  ["seqpacket-poll", async () => (await import("./seqpacket-poll.js")).seqpacketPoll],
  ["c-seqpacket", async () => (await floors()).cSeqpacket],
  ["c-shared-memory", async () => (await floors()).cSharedMemory],
  ["c-memcpy", async () => (await floors()).cMemcpy],
  ["c-memcpy-new", async () => (await floors()).cMemcpyNew],
  ["c-memcpy-across", async () => (await floors()).cMemcpyAcross],
]);

/** Throws RangeError for a name that is not in the map. */
export async function loadSystem(name: string): Promise<System> {
  const load = SYSTEMS.get(name);
  if (load === undefined) {
    throw new RangeError(`no system is called "${name}"`);
  }
  return await load();
}

/** Throws RangeError for a name that is no system of a server and a client. */
export async function loadPairedSystem(name: string): Promise<PairedSystem> {
  const system = await loadSystem(name);
  if (system.native !== undefined) {
    throw new RangeError(`${name} is a program of its own`);
  }
  return system;
}
