import { setTimeout as delay } from "node:timers/promises";
import type { Kernel } from "@ncalrpc/alpc";
import { createLinuxKernel } from "@ncalrpc/alpc/linux";
import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { type RegisterOptions, RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { OtherProbe } from "./dist/gen/other-probe.js";
import { Probe, type ProbeClient, type ProbeHandlers } from "./dist/gen/probe.js";

/** Kernels that the suites run on, by name. */
export const kernels = [
  ["linux", createLinuxKernel],
  ["loopback", createLoopbackKernel],
] as const;

/** A state that counts how often it was run down. */
export class State implements Disposable {
  runDowns = 0;

  [Symbol.dispose](): void {
    this.runDowns++;
  }
}

/** Handlers of Probe, of which a test replaces those that it is about. */
const plainHandlers: ProbeHandlers = {
  echo: (text) => ({ reply: text }),
  add: (a, b) => a + b,
  records: (records) => ({ reply: records }),
  upload: (data) => ({ received: data.length, sum: 0 }),
  download: (length) => ({ data: new Uint8Array(length) }),
  sleep: async (milliseconds, call) => {
    try {
      await delay(milliseconds, undefined, { signal: call.signal });
      return { wasCancelled: false };
    } catch {
      return { wasCancelled: true };
    }
  },
  fail: (kind) => ({ result: kind }),
  whoAmI: () => ({ user: null, pid: 0, tokenId: 0, object: null }),
  privileged: () => {},
  openCounter: () => ({ counter: new State() }),
  increment: (_counter, by) => by,
  closeCounter: () => ({ counter: null }),
  census: () => ({ open: 0, runDown: 0, sleeping: 0, connections: 0 }),
};

/** Servers of the probe interfaces in this process, and clients of theirs. */
export class ProbeServers {
  readonly binding = "ncalrpc:[probe-servers]";
  readonly kernel: Kernel;
  readonly #servers: RpcServer[] = [];
  readonly #clients: ProbeClient[] = [];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Starts a server whose handlers are plain but for those given. */
  async serve(
    handlers: Partial<ProbeHandlers> = {},
    options: RegisterOptions<ProbeHandlers> = {},
    serverOptions: Partial<RpcServerOptions> = {},
  ): Promise<RpcServer> {
    const server = new RpcServer({ endpoint: this.binding, kernel: this.kernel, ...serverOptions });
    server.register(Probe, { ...plainHandlers, ...handlers }, options);
    server.register(OtherProbe, { openOther: () => ({ other: new State() }), useOther: () => 0 });
    await server.listen();
    this.#servers.push(server);
    return server;
  }

  async connect(): Promise<ProbeClient> {
    const client = await Probe.connect(this.binding, { kernel: this.kernel });
    this.#clients.push(client);
    return client;
  }

  async closeAll(): Promise<void> {
    for (const client of this.#clients.splice(0)) {
      await client.close();
    }
    for (const server of this.#servers.splice(0)) {
      await server.close({ grace: 1 });
    }
  }
}
