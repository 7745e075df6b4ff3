import type { Token } from "@ncalrpc/security";
import { type ConnectRequest, decodeConnectRequest, encodeConnectReply } from "../connect-message.js";
import { AlpcError, type NtStatusName } from "../error.js";
import type { CommunicationPort, ConnectionRequest, PortLimits } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE } from "../message.js";
import { largestView } from "../port-limits.js";
import { portMessage, portMessageFault, violation, writePortMessage } from "../port-message.js";
import type { LinuxCommunicationPort } from "./communication-port.js";
import { Connection } from "./connection.js";
import type { PeerCredentials } from "./credentials.js";
import { closedByPeer } from "./farewell.js";
import type { InboundPacket } from "./inbound-packet.js";
import type { Machinery } from "./machinery.js";
import type { PortTerms } from "./port-terms.js";
import { SenderIdentity } from "./sender-identity.js";
import type { Stage } from "./stage.js";

const silent = {};

/** What the server grants a client. */
export type AcceptedTerms = Pick<
  PortTerms,
  | "payload"
  | "maxMessageLength"
  | "maxViewSize"
  | "allowsDirectMemory"
  | "sendsHandles"
  | "acceptsHandles"
  | "completionList"
>;

/** What a connection that is being made asks of its port. */
export interface HandshakeOwner {
  readonly limits: PortLimits;
  readonly acceptsHandles: boolean;
  /** Whether this client's memory may be used. */
  allowsDirectMemory(token: Token): boolean;
  /** Throws AlpcError if this caller may not connect, or not now. */
  admit(handshake: ServerHandshake, token: Token): void;
  onRequest(request: ConnectionRequest): void;
  /** Makes a port of the connection. */
  open(handshake: ServerHandshake, identity: SenderIdentity, terms: AcceptedTerms): LinuxCommunicationPort;
  /** The handshake is over without a port. Null: by the handler's, or the client's, own choice. */
  onFailed(handshake: ServerHandshake, reason: AlpcError | null, token: Token | null): void;
}

/** A connection that has not been accepted or rejected yet. */
export class ServerHandshake implements Stage, ConnectionRequest {
  readonly batchListener = silent;
  readonly connection: Connection;
  readonly peer: PeerCredentials;
  readonly #owner: HandshakeOwner;
  readonly #timer: NodeJS.Timeout;
  #identity: SenderIdentity | null = null;
  #request: ConnectRequest | null = null;
  /** By the handler. */
  #isDecided = false;
  /** By the port, for the time it took or because it closes. */
  #isDropped = false;
  #hasLeft = false;
  #isOver = false;

  /** Takes `fd` over. */
  constructor(machinery: Machinery, fd: number, peer: PeerCredentials, owner: HandshakeOwner) {
    this.peer = peer;
    this.#owner = owner;
    const { limits, acceptsHandles } = owner;
    this.connection = new Connection(machinery, fd, { limits, limitsReaders: true, acceptsHandles }, this);
    this.#timer = setTimeout(() => this.#refuse(tooSlow(owner.limits)), owner.limits.connectTimeout);
  }

  /** Whether the connect message has come. */
  get hasAsked(): boolean {
    return this.#request !== null;
  }

  get token(): Token {
    return this.#asked.identity.token;
  }

  get payload(): Uint8Array {
    return this.#asked.request.payload;
  }

  get tracking(): "static" | "dynamic" {
    return this.#asked.request.tracking;
  }

  /** The port is closed already if the client has left, or the port given up, meanwhile. */
  accept(payload: Uint8Array = new Uint8Array()): CommunicationPort {
    const { identity, request } = this.#asked;
    this.#decide();
    const { limits, acceptsHandles } = this.#owner;
    const terms = {
      maxMessageLength: limits.maxMessageLength,
      maxViewSize: largestView(limits),
      // Only the process that connected is known well enough to touch its memory.
      allowsDirectMemory: !request.delegate && this.#owner.allowsDirectMemory(identity.token),
      sendsHandles: request.acceptsHandles ?? false,
      acceptsHandles,
      completionList: this.#usesList(request),
    };
    if (!this.connection.isEnded) this.#reply(encodeConnectReply({ refusal: null, payload, ...terms }));
    const port = this.#owner.open(this, identity, { ...terms, payload: request.payload });
    if (this.#isOver) process.nextTick(() => port.onEnd(null));
    else this.connection.paused = false;
    return port;
  }

  reject(payload: Uint8Array = new Uint8Array()): void {
    this.#decide();
    this.#sendRefusal("PORT_CONNECTION_REFUSED", payload);
    this.connection.end(null);
  }

  /** Refuses a connection of which the handler has not been told, or will not be asked again. */
  drop(reason: AlpcError): void {
    this.#refuse(reason);
  }

  onPacket(packet: InboundPacket): void {
    const { words, start: at } = packet;
    const fault = portMessageFault(words, at, packet.length, this.#owner.limits.maxMessageLength);
    if (fault !== null) throw violation(fault);
    const type = portMessage.type(words, at);
    if (type === MessageType.PORT_CLOSED) {
      this.#hasLeft = true;
      this.connection.end(closedByPeer(packet));
      return;
    }
    if (this.#request !== null) throw violation("a message before the connection was accepted");
    if (type !== MessageType.CONNECTION_REQUEST)
      throw violation(`a message of type ${type} before the connect message`);
    if (packet.length !== portMessage.totalLength(words, at))
      throw violation("a connect message with attributes");
    const start = at + PORT_MESSAGE_SIZE;
    const request = decodeConnectRequest(
      packet.buffer.subarray(start, start + portMessage.dataLength(words, at)),
    );
    const sender = { pid: packet.pid, uid: packet.uid, gid: packet.gid };
    const identity = new SenderIdentity(this.peer, sender, request);
    this.#identity = identity;
    this.#owner.admit(this, identity.token);
    this.#request = request;
    this.connection.paused = true;
    this.#owner.onRequest(this);
  }

  onEnd(reason: AlpcError | null): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    const left = this.#hasLeft || reason?.status === "PORT_DISCONNECTED";
    this.#owner.onFailed(this, left ? null : reason, this.#identity?.token ?? null);
  }

  get #asked(): { identity: SenderIdentity; request: ConnectRequest } {
    if (this.#identity === null || this.#request === null) {
      throw new AlpcError("LPC_INVALID_CONNECTION_USAGE", "the connect message has not come yet");
    }
    return { identity: this.#identity, request: this.#request };
  }

  /** Who sends through a list is known only once: so only with an identity that cannot change. */
  #usesList({ completionList = false, tracking, delegate }: ConnectRequest): boolean {
    const { machinery } = this.connection;
    return completionList && machinery.completionList && tracking === "static" && !delegate;
  }

  #decide(): void {
    if (this.#isDecided)
      throw new AlpcError("INVALID_MESSAGE", "the connection was accepted or rejected before");
    this.#isDecided = true;
    clearTimeout(this.#timer);
  }

  #refuse(reason: AlpcError): void {
    if (this.#isDecided || this.#isDropped) return;
    this.#isDropped = true;
    clearTimeout(this.#timer);
    this.connection.hangUp(reason);
  }

  #sendRefusal(refusal: NtStatusName, payload: Uint8Array): void {
    if (this.connection.isEnded) return;
    this.#reply(
      encodeConnectReply({
        refusal,
        payload,
        maxMessageLength: 0,
        maxViewSize: 0,
        allowsDirectMemory: false,
        acceptsHandles: false,
      }),
    );
  }

  #reply(payload: Buffer): void {
    const { outbox, completion } = this.connection.machinery;
    const at = outbox.reserve(PORT_MESSAGE_SIZE + payload.length);
    writePortMessage(outbox.words, at, MessageType.CONNECTION_REPLY, payload.length, 0, 0);
    outbox.slab.set(payload, at + PORT_MESSAGE_SIZE);
    outbox.commit(this.connection.output, PORT_MESSAGE_SIZE + payload.length);
    if (!completion.inTurn) outbox.scheduleFlush();
  }
}

function tooSlow(limits: PortLimits): AlpcError {
  return new AlpcError(
    "TIMEOUT",
    `the connection was neither accepted nor rejected within ${limits.connectTimeout} ms`,
  );
}
