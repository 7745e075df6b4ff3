import type { Token } from "@ncalrpc/security";
import { AlpcError, isAlpcError } from "../error.js";
import type {
  CommunicationPort,
  ConnectionPort,
  ConnectionPortHandler,
  ConnectionRequest,
  PortAttributes,
  PortLimits,
} from "../kernel.js";
import { PortAdmission } from "../port-admission.js";
import { resolvePortLimits } from "../port-limits.js";
import { SectionQuota } from "../section-quota.js";
import { closeConnection, closeListener } from "./close-socket.js";
import { LinuxCommunicationPort } from "./communication-port.js";
import type { EventSource } from "./completion-port.js";
import { ownToken, type PeerCredentials, peerToken, readPeerCredentials } from "./credentials.js";
import { DirectAccess } from "./direct-access.js";
import { C, Errno } from "./libc.js";
import type { Machinery } from "./machinery.js";
import type { SenderIdentity } from "./sender-identity.js";
import { type AcceptedTerms, type HandshakeOwner, ServerHandshake } from "./server-handshake.js";
import { accept } from "./socket.js";
import type { SocketName } from "./socket-name.js";
import { systemError } from "./system-error.js";

/** Connections taken in one turn. */
const ACCEPTS_PER_TURN = 16;
/** Milliseconds until we try again when the system has no more descriptors or memory. */
const ACCEPT_PAUSE = 100;

/** The named port of a server: a listening socket. */
export class LinuxConnectionPort implements ConnectionPort, EventSource, HandshakeOwner {
  readonly name: string;
  readonly limits: PortLimits;
  readonly acceptsHandles: boolean;
  readonly #machinery: Machinery;
  readonly #attributes: PortAttributes;
  readonly #admission: PortAdmission;
  readonly #userQuotas = new Map<number, SectionQuota>();
  readonly #handler: ConnectionPortHandler;
  readonly #connections = new Set<CommunicationPort>();
  readonly #pending = new Set<ServerHandshake>();
  /** Those that hold a place, from the connect message on; the place goes to their port. */
  readonly #admitted = new Set<ServerHandshake>();
  readonly #onGone = (port: LinuxCommunicationPort): void => {
    this.#connections.delete(port);
    this.#admission.leave(userOf(port));
  };
  readonly #socketName: SocketName;
  #fd: number;
  #pause: NodeJS.Timeout | null = null;

  /** Takes the listening `fd` and its name over. */
  constructor(
    machinery: Machinery,
    name: string,
    fd: number,
    socketName: SocketName,
    attributes: PortAttributes,
    handler: ConnectionPortHandler,
  ) {
    this.name = name;
    this.limits = resolvePortLimits(attributes.limits);
    this.acceptsHandles = attributes.acceptHandles ?? false;
    this.#machinery = machinery;
    this.#attributes = attributes;
    this.#admission = new PortAdmission(name, attributes.securityDescriptor, this.limits);
    this.#handler = handler;
    this.#fd = fd;
    this.#socketName = socketName;
    machinery.completion.add(fd, this, C.EPOLLIN);
  }

  get connections(): ReadonlySet<CommunicationPort> {
    return this.#connections;
  }

  onEvents(): number {
    for (let i = 0; i < ACCEPTS_PER_TURN && this.#fd >= 0; i++) {
      const fd = accept(this.#machinery.libc, this.#fd);
      if (fd < 0) {
        this.#onAcceptFailed(this.#machinery.libc.errno());
        break;
      }
      this.#welcome(fd);
    }
    return 0;
  }

  #onAcceptFailed(errno: number): void {
    // Anything else is the failure of one connection, which is gone.
    if (errno !== Errno.EMFILE && errno !== Errno.ENFILE && errno !== Errno.ENOBUFS && errno !== Errno.ENOMEM)
      return;
    this.#handler.onRefused?.(systemError(this.#machinery.libc, "accepting a connection", errno), null);
    this.#machinery.completion.modify(this.#fd, 0);
    this.#pause = setTimeout(() => {
      this.#pause = null;
      if (this.#fd >= 0) this.#machinery.completion.modify(this.#fd, C.EPOLLIN);
    }, ACCEPT_PAUSE);
  }

  #welcome(fd: number): void {
    let handshake: ServerHandshake;
    try {
      handshake = new ServerHandshake(this.#machinery, fd, this.#identify(fd), this);
    } catch (error) {
      this.#handler.onRefused?.(asError(error), null);
      return;
    }
    this.#pending.add(handshake);
    // Strangers are turned away before they can hold a place among those who wait.
    try {
      this.#admission.check(peerToken(handshake.peer));
      handshake.connection.onEvents(C.EPOLLIN);
    } catch (error) {
      handshake.drop(asError(error));
    }
  }

  /** Who connects, if there is room for another one. Takes `fd` over if this throws. */
  #identify(fd: number): PeerCredentials {
    const { libc } = this.#machinery;
    try {
      const peer = readPeerCredentials(libc, fd);
      this.#makeRoom(peer.uid);
      return peer;
    } catch (error) {
      closeConnection(libc, fd);
      throw error;
    }
  }

  /** Those who connect and then say nothing make way for newcomers, first those of the user who has most of them. */
  #makeRoom(uid: number): void {
    if (this.#pending.size < this.limits.maxPendingConnections) return;
    const silent = [...this.#pending].filter((handshake) => !handshake.hasAsked);
    const counts = new Map<number, number>();
    for (const { peer } of silent) counts.set(peer.uid, (counts.get(peer.uid) ?? 0) + 1);
    const [worst] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [uid];
    const victim = silent.find(({ peer }) => peer.uid === worst);
    const reason = new AlpcError(
      "QUOTA_EXCEEDED",
      `more than ${this.limits.maxPendingConnections} connections are being made`,
    );
    if (victim === undefined) throw reason;
    victim.drop(reason);
    this.#pending.delete(victim);
  }

  admit(handshake: ServerHandshake, token: Token): void {
    this.#admission.check(token);
    this.#admission.enter(userOf(handshake));
    this.#admitted.add(handshake);
  }

  onRequest(request: ConnectionRequest): void {
    this.#handler.onConnect(request);
  }

  allowsDirectMemory(token: Token): boolean {
    const allow = this.#attributes.directMemory?.allow ?? [];
    return allow === "same-user"
      ? token.user.equals(ownToken().user)
      : allow.some((sid) => sid.equals(token.user));
  }

  open(handshake: ServerHandshake, identity: SenderIdentity, terms: AcceptedTerms): LinuxCommunicationPort {
    const { connection, peer } = handshake;
    this.#pending.delete(handshake);
    const deadline = this.#attributes.directMemory?.deadline;
    const port = new LinuxCommunicationPort(connection, identity, this.#handler, {
      ...terms,
      side: "server",
      limits: this.limits,
      userQuota: this.#userQuota(peer.uid),
      direct: terms.allowsDirectMemory ? new DirectAccess(connection, peer, deadline) : null,
      onGone: this.#onGone,
    });
    this.#admitted.delete(handshake);
    this.#connections.add(port);
    return port;
  }

  #userQuota(uid: number): SectionQuota {
    let quota = this.#userQuotas.get(uid);
    if (quota === undefined) {
      quota = new SectionQuota(this.limits.maxUserSectionSize, `uid ${uid}`);
      this.#userQuotas.set(uid, quota);
    }
    return quota;
  }

  onFailed(handshake: ServerHandshake, reason: AlpcError | null, token: Token | null): void {
    this.#pending.delete(handshake);
    this.#leave(handshake);
    if (reason !== null) this.#handler.onRefused?.(reason, token);
  }

  stopListening(): void {
    if (this.#fd < 0) return;
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#machinery.completion.remove(this.#fd);
    // The name goes first: nobody may find a socket that is no longer served.
    this.#socketName.free();
    closeListener(this.#machinery.libc, this.#fd);
    this.#fd = -1;
    for (const handshake of this.#pending) {
      handshake.drop(new AlpcError("PORT_CONNECTION_REFUSED", `the port ${this.name} was closed`));
    }
  }

  close(): void {
    this.stopListening();
    for (const port of this.#connections) port.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #leave(handshake: ServerHandshake): void {
    if (this.#admitted.delete(handshake)) this.#admission.leave(userOf(handshake));
  }
}

function userOf({ peer }: { readonly peer: PeerCredentials }): string {
  return `uid ${peer.uid}`;
}

function asError(error: unknown): AlpcError {
  return isAlpcError(error) ? error : new AlpcError("UNSUCCESSFUL", "a connection failed", { cause: error });
}
