import { Token, unixUser, wellKnownSids } from "@ncalrpc/security";
import { AlpcError } from "../error.js";
import type {
  CommunicationPort,
  ConnectAttributes,
  ConnectionPort,
  ConnectionPortHandler,
  Kernel,
  PortAttributes,
  PortHandler,
  PortListing,
} from "../kernel.js";
import { ownToken } from "../linux/credentials.js";
import { checkConnectPayload } from "../port-limits.js";
import { parsePortName } from "../port-name.js";
import { checkServer } from "../server-check.js";
import type { LoopbackFaults } from "./faults.js";
import { type Connecting, LoopbackConnectionPort } from "./loopback-connection-port.js";
import { LoopbackHub } from "./loopback-hub.js";

export interface LoopbackKernelOptions {
  /** Who this process is; default its real identity, or on systems without uids a made-up user. */
  readonly token?: Token;
  readonly faults?: LoopbackFaults;
}

/** Ports within one process, for tests of services: same limits, same checks, and faults on demand. */
export interface LoopbackKernel extends Kernel {
  readonly name: "loopback";
  /** The identity from now on; open connections notice with their next message. */
  setToken(token: Token): void;
  /** Another process, as it were, that shares this one's names: connect through it as someone else. */
  as(token: Token): LoopbackKernel;
}

/** A kernel with names of its own: only it, and what its `as` returns, see its ports. */
export function createLoopbackKernel(options: LoopbackKernelOptions = {}): LoopbackKernel {
  const token = options.token ?? defaultToken();
  return new Loopback(new LoopbackHub(options.faults ?? {}, token), token);
}

const DEFAULT_TIMEOUT = 10_000;

class Loopback implements LoopbackKernel {
  readonly name = "loopback";
  readonly #hub: LoopbackHub;
  #token: Token;

  constructor(hub: LoopbackHub, token: Token) {
    this.#hub = hub;
    this.#token = token;
  }

  currentToken(): Token {
    return this.#token;
  }

  setToken(token: Token): void {
    this.#token = token;
  }

  as(token: Token): LoopbackKernel {
    return new Loopback(this.#hub, token);
  }

  createPort(name: string, attributes: PortAttributes, handler: ConnectionPortHandler): ConnectionPort {
    const key = keyOf(name);
    if (this.#hub.names.has(key)) {
      throw new AlpcError("OBJECT_NAME_COLLISION", `the port name ${name} is taken: a live server has it`);
    }
    const port = new LoopbackConnectionPort(this.#hub, name, key, attributes, handler, () => this.#token);
    this.#hub.names.set(key, port);
    return port;
  }

  async connectPort(
    name: string,
    attributes: ConnectAttributes,
    handler: PortHandler,
  ): Promise<CommunicationPort> {
    const port = this.#hub.names.get(keyOf(name));
    if (port === undefined) throw new AlpcError("OBJECT_NAME_NOT_FOUND", `the port ${name} was not found`);
    const { payload, timeout = DEFAULT_TIMEOUT, signal } = attributes;
    checkServer(port.token, attributes, name);
    if (payload !== undefined) checkConnectPayload(payload);
    if (signal?.aborted) throw cancelled(name, signal);
    return await new Promise<CommunicationPort>((resolve, reject) => {
      const settle = (outcome: CommunicationPort | AlpcError) => {
        if (client.isGone) return;
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        client.isGone = true;
        if (outcome instanceof AlpcError) reject(outcome);
        else resolve(outcome);
      };
      const onAbort = () => {
        if (signal !== undefined) settle(cancelled(name, signal));
      };
      const client: Connecting = { attributes, handler, token: () => this.#token, settle, isGone: false };
      const timer = setTimeout(
        () => settle(new AlpcError("TIMEOUT", `no answer from the port ${name} within ${timeout} ms`)),
        timeout,
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#hub.post(() => port.connect(client));
    });
  }

  listPorts(): PortListing[] {
    return [...this.#hub.names].map(([name, port]) => ({ name, owner: port.token.user, isLive: true }));
  }

  /** Nothing waits here: what is sent arrives in the next turn. */
  flush(): void {}
}

function keyOf(name: string): string {
  const parsed = parsePortName(name);
  return parsed.kind === "name" ? parsed.name : parsed.path;
}

function cancelled(name: string, signal: AbortSignal): AlpcError {
  return new AlpcError("CANCELLED", `connecting to ${name} was cancelled`, { cause: signal.reason });
}

function defaultToken(): Token {
  if (process.platform === "linux") return ownToken();
  const { everyone, local, authenticatedUsers } = wellKnownSids;
  return new Token({ user: unixUser(1000), groups: [everyone, local, authenticatedUsers], pid: process.pid });
}
