import { RpcError } from "@ncalrpc/runtime";
import type { Config } from "./config.js";
import { HeldService } from "./held-service.js";
import { MANAGER, type Requester, Service } from "./service.js";

/** All services of a manager. */
export class Supervisor {
  readonly #services = new Map<string, Service>();

  constructor(services: Config["services"]) {
    for (const name of Object.keys(services).sort()) {
      const config = services[name];
      if (config !== undefined) {
        this.#services.set(name, new Service(name, config));
      }
    }
  }

  /** By name. */
  list(): Service[] {
    return [...this.#services.values()];
  }

  /** Throws RpcError if there is none. */
  get(name: string): Service {
    const service = this.#services.get(name);
    if (service === undefined) {
      const names = [...this.#services.keys()].join(", ");
      throw new RpcError("RPC_S_INVALID_ARG", {
        details: `there is no service "${name}"; there are: ${names}`,
      });
    }
    return service;
  }

  /** Keeps a service from going away until what is returned is disposed. Throws RpcError. */
  hold(name: string): HeldService {
    return new HeldService(this.get(name), (service) => this.#drop(service));
  }

  /** Stops a service and forgets it: at once, or when it is no longer held. Throws RpcError. */
  async remove(name: string, requester: Requester): Promise<Service> {
    const service = this.get(name);
    await service.remove(requester);
    this.#drop(service);
    return service;
  }

  /** Fails all calls that wait for something to happen. */
  endWaits(error: Error): void {
    for (const service of this.#services.values()) {
      service.endWaits(error);
    }
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.list().map((service) => service.stop(MANAGER)));
  }

  #drop(service: Service): void {
    if (service.isRemoved && service.holders === 0 && this.#services.get(service.name) === service) {
      this.#services.delete(service.name);
    }
  }
}
