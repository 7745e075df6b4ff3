import type { Token } from "@ncalrpc/security";
import { ConnectionRefusedError } from "../connection-refused.js";
import { AlpcError, isAlpcError } from "../error.js";
import type {
  CommunicationPort,
  ConnectAttributes,
  ConnectionPort,
  ConnectionPortHandler,
  ConnectionRequest,
  PortAttributes,
  PortHandler,
  PortLimits,
} from "../kernel.js";
import { PortAdmission } from "../port-admission.js";
import { checkConnectPayload, resolvePortLimits } from "../port-limits.js";
import { connectionQuotas, SectionQuota } from "../section-quota.js";
import type { LoopbackHub } from "./loopback-hub.js";
import { LoopbackIdentity } from "./loopback-identity.js";
import { LoopbackPort } from "./loopback-port.js";

/** A client that waits for an answer. */
export interface Connecting {
  readonly attributes: ConnectAttributes;
  readonly handler: PortHandler;
  /** The client's token, now. */
  readonly token: () => Token;
  /** Called once. */
  readonly settle: (outcome: CommunicationPort | AlpcError) => void;
  /** True if the client no longer waits. */
  isGone: boolean;
}

/** The named port of a server within the process. */
export class LoopbackConnectionPort implements ConnectionPort {
  readonly name: string;
  readonly #hub: LoopbackHub;
  readonly #key: string;
  readonly #attributes: PortAttributes;
  readonly #handler: ConnectionPortHandler;
  readonly #limits: PortLimits;
  readonly #admission: PortAdmission;
  readonly #token: () => Token;
  readonly #connections = new Set<CommunicationPort>();
  /** How those are refused who wait for the handler. */
  readonly #pending = new Map<Connecting, (reason: AlpcError) => void>();
  readonly #users = new Map<string, SectionQuota>();
  #isListening = true;

  constructor(
    hub: LoopbackHub,
    name: string,
    key: string,
    attributes: PortAttributes,
    handler: ConnectionPortHandler,
    token: () => Token,
  ) {
    this.name = name;
    this.#hub = hub;
    this.#key = key;
    this.#attributes = attributes;
    this.#handler = handler;
    this.#limits = resolvePortLimits(attributes.limits);
    this.#admission = new PortAdmission(name, attributes.securityDescriptor, this.#limits);
    this.#token = token;
  }

  get connections(): ReadonlySet<CommunicationPort> {
    return this.#connections;
  }

  get token(): Token {
    return this.#token();
  }

  /** Answers a client, in this turn or later. */
  connect(client: Connecting): void {
    const token = client.token();
    const user = token.user.toString();
    try {
      if (!this.#isListening) {
        throw new AlpcError("PORT_CONNECTION_REFUSED", `the port ${this.name} was closed`);
      }
      this.#admission.check(token);
      if (this.#pending.size >= this.#limits.maxPendingConnections) {
        throw new AlpcError(
          "QUOTA_EXCEEDED",
          `more than ${this.#limits.maxPendingConnections} connections are being made`,
        );
      }
      this.#admission.enter(user);
    } catch (error) {
      this.#refuse(
        client,
        isAlpcError(error) ? error : new AlpcError("UNSUCCESSFUL", "refused", { cause: error }),
        token,
      );
      return;
    }
    let holdsPlace = true;
    const leave = () => {
      if (holdsPlace) this.#admission.leave(user);
      holdsPlace = false;
    };
    let isDecided = false;
    const decide = () => {
      if (isDecided) throw new AlpcError("INVALID_MESSAGE", "the connection was accepted or rejected before");
      isDecided = true;
      clearTimeout(timer);
      this.#pending.delete(client);
    };
    const drop = (reason: AlpcError) => {
      clearTimeout(timer);
      this.#pending.delete(client);
      leave();
      this.#refuse(client, reason, token);
    };
    const { connectTimeout } = this.#limits;
    const timer = setTimeout(
      () => drop(new AlpcError("TIMEOUT", `not accepted or rejected within ${connectTimeout} ms`)),
      connectTimeout,
    );
    this.#pending.set(client, drop);
    const { tracking = "static", payload = new Uint8Array() } = client.attributes;
    const request: ConnectionRequest = {
      token,
      tracking,
      payload: Uint8Array.from(payload),
      accept: (answer = new Uint8Array()) => {
        checkConnectPayload(answer);
        decide();
        return this.#open(client, request.payload, Uint8Array.from(answer), user, leave);
      },
      reject: (answer = new Uint8Array()) => {
        checkConnectPayload(answer);
        decide();
        leave();
        client.settle(new ConnectionRefusedError("PORT_CONNECTION_REFUSED", Uint8Array.from(answer)));
      },
    };
    try {
      this.#handler.onConnect(request);
    } catch (error) {
      if (isDecided) throw error;
      request.reject();
    }
  }

  #open(
    client: Connecting,
    asked: Uint8Array,
    answer: Uint8Array,
    user: string,
    leave: () => void,
  ): CommunicationPort {
    const { tracking = "static", delegate = false } = client.attributes;
    const quotas = connectionQuotas(this.#limits.maxTotalSectionSize, this.#userQuota(user));
    const shared = {
      limits: this.#limits,
      allowsDirectMemory: this.#attributes.directMemory !== undefined,
    };
    const server: LoopbackPort = new LoopbackPort(this.#hub, this.#handler, {
      ...shared,
      side: "server",
      quota: quotas.responses,
      sendsHandles: client.attributes.acceptHandles ?? false,
      payload: asked,
      peerIdentity: new LoopbackIdentity(client.token, tracking, delegate),
      onGone: () => {
        this.#connections.delete(server);
        leave();
      },
    });
    const end = new LoopbackPort(this.#hub, client.handler, {
      ...shared,
      side: "client",
      quota: quotas.requests,
      sendsHandles: this.#attributes.acceptHandles ?? false,
      payload: answer,
      peerIdentity: new LoopbackIdentity(this.#token, "static", false),
    });
    LoopbackPort.join(server, end);
    this.#connections.add(server);
    if (client.isGone) end.close();
    else client.settle(end);
    return server;
  }

  #userQuota(user: string): SectionQuota {
    let quota = this.#users.get(user);
    if (quota === undefined) {
      quota = new SectionQuota(this.#limits.maxUserSectionSize, user);
      this.#users.set(user, quota);
    }
    return quota;
  }

  #refuse(client: Connecting, reason: AlpcError, token: Token): void {
    client.settle(new AlpcError(reason.status, `the other side closed the connection: ${reason.status}`));
    this.#handler.onRefused?.(reason, token);
  }

  stopListening(): void {
    if (!this.#isListening) return;
    this.#isListening = false;
    if (this.#hub.names.get(this.#key) === this) this.#hub.names.delete(this.#key);
    for (const drop of [...this.#pending.values()]) {
      drop(new AlpcError("PORT_CONNECTION_REFUSED", `the port ${this.name} was closed`));
    }
  }

  close(): void {
    this.stopListening();
    for (const port of this.#connections) port.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
