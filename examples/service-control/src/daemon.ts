import { everyone, RpcError, RpcServer } from "@ncalrpc/runtime";
import { accessRules } from "./access-rules.js";
import type { Config } from "./config.js";
import { ServiceControl } from "./gen/service-control.js";
import { MANAGER } from "./service.js";
import { serviceHandlers } from "./service-handlers.js";
import { Supervisor } from "./supervisor.js";

/** A running service manager: everybody may connect, and each method has a rule of its own. */
export class Daemon implements AsyncDisposable {
  readonly #server: RpcServer;
  readonly #supervisor: Supervisor;

  private constructor(server: RpcServer, supervisor: Supervisor) {
    this.#server = server;
    this.#supervisor = supervisor;
  }

  /** Listens, then starts what is to start by itself. Throws RpcError: the endpoint is taken, a group is unknown... */
  static async start(config: Config): Promise<Daemon> {
    const supervisor = new Supervisor(config.services);
    const server = new RpcServer({ endpoint: config.endpoint, allow: [everyone()] });
    server.register(ServiceControl, serviceHandlers(supervisor), {
      methods: accessRules(config.administrators),
    });
    await server.listen();
    for (const service of supervisor.list()) {
      if (config.services[service.name]?.autoStart === true) {
        await service.start(MANAGER);
      }
    }
    return new Daemon(server, supervisor);
  }

  /** Drains: calls that only wait are ended, those that do something finish, then all services are stopped. */
  async close(): Promise<void> {
    this.#supervisor.endWaits(
      new RpcError("RPC_S_CALL_CANCELLED", { details: "the service manager is shutting down" }),
    );
    await this.#server.close();
    await this.#supervisor.stopAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
