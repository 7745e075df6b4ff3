import { type ConnectReply, decodeConnectReply, encodeConnectRequest } from "../connect-message.js";
import { ConnectionRefusedError } from "../connection-refused.js";
import { AlpcError } from "../error.js";
import type { ConnectAttributes, PortHandler } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE } from "../message.js";
import { defaultPortLimits } from "../port-limits.js";
import { portMessage, portMessageFault, violation, writePortMessage } from "../port-message.js";
import { LinuxCommunicationPort } from "./communication-port.js";
import { Connection } from "./connection.js";
import type { MessageCredentials, PeerCredentials } from "./credentials.js";
import { closedByPeer } from "./farewell.js";
import type { InboundPacket } from "./inbound-packet.js";
import type { Machinery } from "./machinery.js";
import { SenderIdentity } from "./sender-identity.js";
import type { Stage } from "./stage.js";

const silent = {};
const connectionOptions = { limits: defaultPortLimits, limitsReaders: false, acceptsHandles: false };
/** Another process than the one that listened may serve, as after a fork; it must then stay the one. */
const serverRules = { tracking: "static", delegate: false } as const;

/** A connect message is out; what comes back makes a port of the connection, or an error. */
export class ClientHandshake implements Stage {
  readonly batchListener = silent;
  readonly #connection: Connection;
  readonly #peer: PeerCredentials;
  readonly #attributes: ConnectAttributes;
  readonly #handler: PortHandler;
  readonly #settle: (outcome: LinuxCommunicationPort | AlpcError) => void;

  /**
   * Takes `fd`, connected to a server, over. `settle` is called once, with the port or with what went wrong.
   * Throws AlpcError: SERVER_SID_MISMATCH (nothing has been sent then), PORT_MESSAGE_TOO_LONG...
   */
  constructor(
    machinery: Machinery,
    fd: number,
    peer: PeerCredentials,
    attributes: ConnectAttributes,
    handler: PortHandler,
    settle: (outcome: LinuxCommunicationPort | AlpcError) => void,
  ) {
    this.#peer = peer;
    this.#attributes = attributes;
    this.#handler = handler;
    this.#settle = settle;
    this.#connection = new Connection(machinery, fd, connectionOptions, this);
  }

  /** Sends the connect message. */
  start(): void {
    const { payload = new Uint8Array(), tracking = "static", delegate = false } = this.#attributes;
    const { acceptHandles = false } = this.#attributes;
    const { outbox } = this.#connection.machinery;
    const request = encodeConnectRequest({
      tracking,
      delegate,
      completionList: this.#offersList,
      acceptsHandles: acceptHandles,
      payload,
    });
    const at = outbox.reserve(PORT_MESSAGE_SIZE + request.length);
    writePortMessage(outbox.words, at, MessageType.CONNECTION_REQUEST, request.length, 0, 0);
    outbox.slab.set(request, at + PORT_MESSAGE_SIZE);
    outbox.commit(this.#connection.output, PORT_MESSAGE_SIZE + request.length);
    outbox.flush();
  }

  /** Gives up. */
  abandon(reason: AlpcError): void {
    this.#connection.hangUp(reason);
  }

  onPacket(packet: InboundPacket): void {
    const { words, start: at } = packet;
    const fault = portMessageFault(words, at, packet.length, defaultPortLimits.maxMessageLength);
    if (fault !== null) throw violation(fault);
    const type = portMessage.type(words, at);
    if (type === MessageType.PORT_CLOSED) {
      this.#connection.end(closedByPeer(packet) ?? refused());
      return;
    }
    if (type !== MessageType.CONNECTION_REPLY)
      throw violation(`a message of type ${type} instead of an answer`);
    if (packet.length !== portMessage.totalLength(words, at))
      throw violation("a connect message with attributes");
    const start = at + PORT_MESSAGE_SIZE;
    const reply = decodeConnectReply(
      packet.buffer.subarray(start, start + portMessage.dataLength(words, at)),
    );
    if (reply.refusal === null) this.#open(reply, { pid: packet.pid, uid: packet.uid, gid: packet.gid });
    else this.#connection.end(new ConnectionRefusedError(reply.refusal, reply.payload));
  }

  #open(reply: ConnectReply, sender: MessageCredentials): void {
    const { requiredServerSid, requiredServer } = this.#attributes;
    const isRequired = requiredServerSid !== undefined || requiredServer !== undefined;
    const isOther =
      sender.uid !== this.#peer.uid || (requiredServer !== undefined && sender.gid !== this.#peer.gid);
    if (isRequired && isOther) {
      throw new AlpcError(
        "SERVER_SID_MISMATCH",
        `the port was opened by uid ${this.#peer.uid}, gid ${this.#peer.gid} but uid ${sender.uid}, gid ${sender.gid} answers`,
      );
    }
    const peer = sender.pid === this.#peer.pid ? this.#peer : { ...this.#peer, pid: sender.pid };
    const identity = new SenderIdentity(peer, sender, serverRules);
    this.#settle(
      new LinuxCommunicationPort(this.#connection, identity, this.#handler, {
        payload: reply.payload,
        maxMessageLength: reply.maxMessageLength,
        maxViewSize: reply.maxViewSize,
        allowsDirectMemory: reply.allowsDirectMemory,
        sendsHandles: reply.acceptsHandles,
        acceptsHandles: this.#attributes.acceptHandles ?? false,
        completionList: this.#offersList && (reply.completionList ?? false),
        side: "client",
        limits: defaultPortLimits,
        userQuota: null,
        direct: null,
        onGone: null,
      }),
    );
  }

  get #offersList(): boolean {
    const { tracking = "static", delegate = false } = this.#attributes;
    return this.#connection.machinery.completionList && tracking === "static" && !delegate;
  }

  onEnd(reason: AlpcError | null): void {
    this.#settle(reason ?? refused());
  }
}

function refused(): AlpcError {
  return new AlpcError("PORT_CONNECTION_REFUSED", "the server closed the connection without an answer");
}
