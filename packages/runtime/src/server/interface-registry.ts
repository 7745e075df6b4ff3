import type { InterfaceId } from "../protocol-lrpc/bind.js";
import { RpcError } from "../rpc-error.js";
import type { RegisteredInterface } from "./registered-interface.js";

/** The interfaces that a server offers. */
export class InterfaceRegistry implements Iterable<RegisteredInterface> {
  readonly #interfaces: RegisteredInterface[] = [];

  /** Throws RpcError: RPC_S_ALREADY_REGISTERED if this major version of the interface is there. */
  add(added: RegisteredInterface): void {
    if (
      this.#interfaces.some(
        ({ uuid, version }) => uuid === added.uuid && version.major === added.version.major,
      )
    ) {
      const { major, minor } = added.version;
      throw new RpcError("RPC_S_ALREADY_REGISTERED", {
        details: `${added.name} ${added.uuid} v${major}.${minor}`,
      });
    }
    this.#interfaces.push(added);
  }

  /** The interface that a client asks for: same major version, and a minor version no smaller than the client's (C706 3.1). */
  find({ uuid, version }: InterfaceId): RegisteredInterface | null {
    const found = this.#interfaces.find(
      (offered) =>
        offered.uuid === uuid &&
        offered.version.major === version.major &&
        offered.version.minor >= version.minor,
    );
    return found ?? null;
  }

  [Symbol.iterator](): Iterator<RegisteredInterface> {
    return this.#interfaces[Symbol.iterator]();
  }
}
