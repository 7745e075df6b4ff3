import { basename } from "node:path";
import type { Kernel } from "@ncalrpc/alpc";
import type { LinuxKernelOptions } from "@ncalrpc/alpc/linux";
import { formatStringBinding, type RegisterOptions, RpcServer, sealBytes } from "@ncalrpc/runtime";
import { Echo, type EchoClient, type EchoHandlers } from "../gen/echo.js";
import { samplePayload } from "../sample-payload.js";
import type { ScenarioName } from "../scenario.js";
import type { Direction } from "../scenarios/payload-metrics.js";
import type { Channel, PairedSystem } from "../system.js";
import { createHandlers } from "./ncalrpc-handlers.js";

/** What the scenarios open must fit. */
const CONNECTIONS = 4_096;

interface Variant {
  readonly name: string;
  readonly description: string;
  readonly only?: readonly ScenarioName[];
  /** Absent: the kernel that the runtime takes by itself. */
  readonly kernel?: LinuxKernelOptions;
  readonly channel?: (client: EchoClient) => Channel;
  readonly directions?: readonly Direction[];
  /** What the server's handler of Download answers with. */
  readonly source?: (length: number) => Uint8Array;
  readonly register?: RegisterOptions<EchoHandlers>;
  /** Threads of the server that run the handlers; then `source` and `register` are not looked at. */
  readonly workers?: number;
}

function variant({
  name,
  description,
  only,
  kernel: options,
  channel = awaited,
  directions,
  source = samplePayload,
  register = {},
  workers = 0,
}: Variant): PairedSystem {
  return {
    name,
    description: `ours: ${description}`,
    kind: only === undefined ? "ours" : "variant",
    packages: ["koffi"],
    ...(only === undefined ? {} : { only }),
    ...(directions === undefined ? {} : { directions }),
    unavailable: {},

    async serve(path, listening) {
      const server = new RpcServer({
        endpoint: basename(path),
        port: { limits: { maxConnections: CONNECTIONS, maxConnectionsPerUser: CONNECTIONS } },
        workers,
        ...(await kernelOption(options)),
      });
      if (workers > 0) {
        server.register(Echo, new URL("./ncalrpc-worker.js", import.meta.url));
      } else {
        server.register(Echo, createHandlers(source), register);
      }
      await server.listen();
      await listening();
    },

    async connect(path) {
      const binding = formatStringBinding(basename(path));
      return channel(await Echo.connect(binding, await kernelOption(options)));
    },
  };
}

/** One for all connections of a process, as it would be by default. */
let kernel: Kernel | undefined;

async function kernelOption(options: LinuxKernelOptions | undefined): Promise<{ kernel?: Kernel }> {
  if (options === undefined) {
    return {};
  }
  const { createLinuxKernel } = await import("@ncalrpc/alpc/linux");
  kernel ??= createLinuxKernel(options);
  return { kernel };
}

function awaited(client: EchoClient): Channel {
  return {
    call: (payload) => client.echo(payload),
    echo: async (payload) => (await client.echo(payload)).data,
    upload: (payload) => client.upload(payload),
    download: async (length) => (await client.download(length)).data.length,
    work: (microseconds) => client.work(microseconds),
    close: () => client.close(),
  };
}

/** Blocks the thread until each reply is there. */
function blocking(client: EchoClient): Channel {
  const { sync } = client;
  return {
    call: (payload) => sync.echo(payload),
    echo: (payload) => sync.echo(payload).data,
    upload: (payload) => sync.upload(payload),
    close: () => client.close(),
  };
}

/** Receives what is large into the same memory each time. */
function reusing(client: EchoClient): Channel {
  const memory = new Map<number, Uint8Array>();
  const target = (length: number): { bytes: Uint8Array } => {
    const bytes = memory.get(length) ?? new Uint8Array(length);
    memory.set(length, bytes);
    return { bytes };
  };
  return {
    ...awaited(client),
    echo: async (payload) => (await client.echo(payload, target(payload.length))).data,
    download: async (length) => (await client.download(length, target(length))).data.length,
  };
}

/** Sees what is large where the server has sealed it. */
function viewing(client: EchoClient): Channel {
  return {
    ...awaited(client),
    download: async (length) => (await client.download(length, { bytes: "view" })).data.length,
  };
}

const sealed = new Map<number, Uint8Array>();

/** One for each length, for all calls. */
function sealedPayload(length: number): Uint8Array {
  const payload = sealed.get(length) ?? sealBytes(samplePayload(length));
  sealed.set(length, payload);
  return payload;
}

/** With the defaults of the runtime: identity and access are checked for every call. */
export const ncalrpc = variant({
  name: "ncalrpc",
  description: "generated stubs, NDR, LRPC, an access check per call, over an ALPC port with its defaults",
});

export const ncalrpcSocket = variant({
  name: "ncalrpc-socket",
  description: "the same without completion lists: every message goes over the port's socket",
  only: ["unary", "in-flight", "clients", "contention"],
  kernel: { completionList: false },
});

export const ncalrpcSync = variant({
  name: "ncalrpc-sync",
  description: "the same through client.sync, which blocks the client's thread",
  only: ["unary"],
  channel: blocking,
});

export const ncalrpcSocketSync = variant({
  name: "ncalrpc-socket-sync",
  description: "client.sync without completion lists",
  only: ["unary"],
  kernel: { completionList: false },
  channel: blocking,
});

export const ncalrpcNoSpin = variant({
  name: "ncalrpc-no-spin",
  description: "the same without spinning: who waits sleeps at once",
  only: ["unary", "contention"],
  kernel: { spin: false },
});

export const ncalrpcSocketNoSpin = variant({
  name: "ncalrpc-socket-no-spin",
  description: "neither completion lists nor spinning",
  only: ["unary", "contention"],
  kernel: { completionList: false, spin: false },
});

export const ncalrpcReuse = variant({
  name: "ncalrpc-reuse",
  description:
    "two copies, through shared memory, into memory that receivers use again (requestBytes: borrowed, bytes: an array of the " +
    "caller's)",
  only: ["payload"],
  channel: reusing,
  register: { requestBytes: "borrowed" },
});

export const ncalrpcOneCopy = variant({
  name: "ncalrpc-one-copy",
  description:
    "one copy in all: upload from the caller's array into the memory that the handler sees (requestBytes: view), " +
    "download from what the handler sealed once into an array of the caller's",
  only: ["payload"],
  directions: ["upload", "download"],
  channel: reusing,
  source: sealedPayload,
  register: { requestBytes: "view" },
});

export const ncalrpcView = variant({
  name: "ncalrpc-view",
  description:
    "the handler answers with octets that it sealed once, the client sees them in place (bytes: view)",
  only: ["payload"],
  directions: ["download"],
  channel: viewing,
  source: sealedPayload,
});

function withWorkers(workers: number): PairedSystem {
  return variant({
    name: `ncalrpc-workers-${workers}`,
    description: `handlers run in ${workers} worker thread${workers === 1 ? "" : "s"} of the server`,
    only: ["workers"],
    workers,
  });
}

export const ncalrpcWorkers1 = withWorkers(1);
export const ncalrpcWorkers2 = withWorkers(2);
export const ncalrpcWorkers4 = withWorkers(4);
