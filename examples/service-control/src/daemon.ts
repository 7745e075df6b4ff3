import { everyone, RpcError, RpcServer } from "@ncalrpc/runtime";
import { accessRules } from "./access-rules.js";
import type { Config } from "./config.js";
import { ServiceControl } from "./gen/service-control.js";
import { MANAGER } from "./service.js";
import { serviceHandlers } from "./service-handlers.js";
import { Supervisor } from "./supervisor.js";

/** Milliseconds that a call in flight gets to finish, beyond the time that stopping a service may take. */
const DRAIN_MARGIN = 2_000;

/** A running service manager: everybody may connect, and each method has a rule of its own. */
export class Daemon implements AsyncDisposable {
  readonly #server: RpcServer;
  readonly #supervisor: Supervisor;
  readonly #drainGrace: number;

  private constructor(server: RpcServer, supervisor: Supervisor, drainGrace: number) {
    this.#server = server;
    this.#supervisor = supervisor;
    this.#drainGrace = drainGrace;
  }

  /** Listens, then starts what is to start by itself. Throws RpcError: the endpoint is taken, a group is unknown... */
  static async start(config: Config): Promise<Daemon> {
    const supervisor = new Supervisor(config.services);
    const server = new RpcServer({ endpoint: config.endpoint, allow: [everyone()] });
    server.register(ServiceControl, serviceHandlers(supervisor), {
      methods: accessRules(config.administrators, config.managers),
    });
    await server.listen();
    for (const service of supervisor.list()) {
      if (config.services[service.name]?.autoStart === true) {
        await service.start(MANAGER);
      }
    }
    const stopGraces = Object.values(config.services).map(({ stopGrace }) => stopGrace);
    return new Daemon(server, supervisor, Math.max(0, ...stopGraces) + DRAIN_MARGIN);
  }

  /** Drains: calls that only wait are ended, those that do something finish, then all services are stopped. */
  async close(): Promise<void> {
    this.#supervisor.endWaits(
      new RpcError("RPC_S_CALL_CANCELLED", { details: "the service manager is shutting down" }),
    );
    await this.#server.close({ grace: this.#drainGrace });
    await this.#supervisor.stopAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
