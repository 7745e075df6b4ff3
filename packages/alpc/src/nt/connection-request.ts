import type { Token } from "@ncalrpc/security";
import {
  type ConnectRequest,
  decodeConnectRequest,
  encodeConnectReply,
  isConnectMessage,
} from "../connect-message.js";
import { AlpcError, isAlpcError } from "../error.js";
import type { CommunicationPort, ConnectionRequest } from "../kernel.js";
import { PORT_MESSAGE_SIZE } from "../message.js";
import { checkConnectPayload, largestView, MAX_HANDLES } from "../port-limits.js";
import { connectionQuotas, SectionQuota } from "../section-quota.js";
import type { Handle } from "./alpc-library.js";
import { getWord } from "./attribute-buffer.js";
import { NtCommunicationPort } from "./communication-port.js";
import type { NtConnectionPort } from "./connection-port.js";
import { OwnCorrespondence } from "./correspondence.js";
import type { InboundMessage } from "./inbound-message.js";
import { PORT_MESSAGE } from "./layout/port-structures.js";
import { Status } from "./layout/status.js";
import { MAX_VIEW_SIZE } from "./message-trailer.js";
import { isLate, isSuccess, ntError } from "./nt-status.js";
import { PlainCorrespondence } from "./plain-correspondence.js";
import { SenderIdentity } from "./sender-identity.js";
import { dataView, ownMemory, writeHeader } from "./structures.js";

/** Milliseconds for a refused client to read the answer. */
const REFUSAL_TIME = 1_000;

/** What a connection request needs of its connection port. */
export interface RequestOwner {
  /** It is decided. */
  ended(request: ConnectionRequestHandling): void;
  opened(port: NtCommunicationPort): void;
  gone(port: NtCommunicationPort): void;
  closed(port: NtCommunicationPort, handle: Handle): void;
  keepUntilRead(context: number, handle: Handle, milliseconds: number): void;
}

/** A CONNECTION_REQUEST until it is accepted or refused. */
export class ConnectionRequestHandling {
  readonly #owner: NtConnectionPort;
  readonly #message: InboundMessage;
  readonly #body: Buffer;
  #asked: ConnectRequest | null = null;
  #identity: SenderIdentity | null = null;
  #timer: NodeJS.Timeout | null = null;
  #user: string | null = null;
  /** The handler has decided; the port has, against it. */
  #isDecided = false;
  #isDropped = false;

  constructor(owner: NtConnectionPort, message: InboundMessage, body: Buffer) {
    this.#owner = owner;
    this.#message = message;
    this.#body = body;
  }

  get #isOurs(): boolean {
    return isConnectMessage(this.#body);
  }

  /** Asks the handler. */
  start(): void {
    const { admission, limits, handler, machinery, handle } = this.#owner;
    try {
      const payload = Uint8Array.from(this.#body);
      this.#asked = this.#isOurs
        ? decodeConnectRequest(this.#body)
        : // Whom each message speaks for is the system's to say: rpcrt4 sends calls of several users on one connection.
          { tracking: "dynamic", delegate: false, payload };
      this.#identity = new SenderIdentity(machinery.completion, handle, this.#message, this.#asked);
      // The descriptor has been asked by the system, which let this one through.
      const user = this.#identity.token.user.toString();
      admission.enter(user);
      this.#user = user;
    } catch (error) {
      this.refuse(
        isAlpcError(error) ? error : new AlpcError("UNSUCCESSFUL", "a connect failed", { cause: error }),
      );
      return;
    }
    this.#timer = setTimeout(
      () =>
        this.refuse(new AlpcError("TIMEOUT", `not accepted or rejected within ${limits.connectTimeout} ms`)),
      limits.connectTimeout,
    );
    try {
      handler.onConnect(this.#request(this.#asked, this.#identity.token));
    } catch (error) {
      this.refuse(new AlpcError("UNSUCCESSFUL", "the handler of a connection failed", { cause: error }));
    }
  }

  /** Ends it by the port's own decision, of which the handler is told. */
  refuse(reason: AlpcError): void {
    if (this.#isDecided || this.#isDropped) return;
    this.#isDropped = true;
    // Of a client that has given up itself there is nothing to tell.
    if (!this.#answerNo(reason, new Uint8Array())) return;
    this.#owner.handler.onRefused?.(reason, this.#identity?.token ?? null);
  }

  #request(asked: ConnectRequest, token: Token): ConnectionRequest {
    return {
      token,
      payload: asked.payload,
      tracking: asked.tracking,
      accept: (payload = new Uint8Array()) => this.#accept(payload),
      reject: (payload = new Uint8Array()) => {
        const reason = new AlpcError("PORT_CONNECTION_REFUSED", "the server rejected the connection");
        checkConnectPayload(payload);
        if (this.#isDecided) throw decidedBefore();
        this.#isDecided = true;
        if (!this.#isDropped) this.#answerNo(reason, payload);
      },
    };
  }

  #accept(payload: Uint8Array): CommunicationPort {
    const asked = this.#asked;
    const identity = this.#identity;
    checkConnectPayload(payload);
    if (this.#isDecided || asked === null || identity === null) throw decidedBefore();
    this.#isDecided = true;
    const owner = this.#owner;
    const { machinery, limits, attributes } = owner;
    const acceptsHandles = attributes.acceptHandles ?? false;
    const allowsDirectMemory = this.#isOurs && owner.allowsDirectMemory(identity.token);
    const maxViewSize = Math.min(largestView(limits), MAX_VIEW_SIZE);
    const { maxMessageLength, nativeMaxLength } = owner;
    const answer = encodeConnectReply({
      refusal: null,
      maxMessageLength,
      maxViewSize,
      allowsDirectMemory,
      acceptsHandles,
      payload,
    });
    const id = machinery.completion.nextId();
    const { status, handle } = this.#isDropped
      ? droppedBefore
      : this.#decide(id, this.#isOurs ? answer : payload);
    if (!isSuccess(status) && !isLate(status)) {
      this.#leave();
      throw ntError(status, "accepting a connection");
    }
    const isGone = !isSuccess(status);
    const userQuota = owner.userQuota(identity.token.user.toString());
    const port = new NtCommunicationPort(
      {
        completion: machinery.completion,
        id,
        handle,
        receivingHandle: owner.handle,
        token: identity.token,
        identity,
        payload: asked.payload,
        maxMessageLength,
        nativeMaxLength,
        correspondence: this.#isOurs ? new OwnCorrespondence("server") : new PlainCorrespondence(),
        direct: allowsDirectMemory ? machinery.copier : null,
        directDeadline: attributes.directMemory?.deadline,
        borrowed: machinery.message,
        side: "server",
        limits: { ...limits, maxHandlesPerMessage: Math.min(limits.maxHandlesPerMessage, MAX_HANDLES) },
        maxViewSize,
        quota: connectionQuotas(limits.maxTotalSectionSize, userQuota).responses,
        receivedQuota: new SectionQuota(limits.maxTotalSectionSize, `connection ${id}`, userQuota),
        sendsHandles: !this.#isOurs || (asked.acceptsHandles ?? false),
        acceptsHandles,
        allowsDirectMemory,
        quality: {},
        onGone: (gone) => {
          owner.gone(gone);
          this.#leave();
        },
        closeHandle: (closed) => owner.closed(closed, handle),
      },
      owner.handler,
    );
    owner.opened(port);
    // The client gave up meanwhile.
    if (isGone) setImmediate(() => port.onDisconnected());
    return port;
  }

  /** Clients of ours are told why: they are let in to read the answer. False if the client has gone. */
  #answerNo(reason: AlpcError, payload: Uint8Array): boolean {
    if (!this.#isOurs) {
      const { status } = this.#decide(0, null);
      this.#leave();
      return isSuccess(status);
    }
    const answer = encodeConnectReply({
      refusal: reason.status,
      maxMessageLength: PORT_MESSAGE_SIZE,
      maxViewSize: 0,
      allowsDirectMemory: false,
      acceptsHandles: false,
      payload,
    });
    const id = this.#owner.machinery.completion.nextId();
    const { status, handle } = this.#decide(id, answer);
    if (isSuccess(status)) this.#owner.keepUntilRead(id, handle, REFUSAL_TIME);
    this.#leave();
    return isSuccess(status);
  }

  /** NtAlpcAcceptConnectPort; `answer` null refuses. */
  #decide(context: number, answer: Uint8Array | null): { readonly status: number; readonly handle: Handle } {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const owner = this.#owner;
    owner.ended(this);
    const bytes = ownMemory(PORT_MESSAGE_SIZE + (answer?.length ?? 0));
    writeHeader(dataView(bytes), answer?.length ?? 0, this.#message.nativeId, this.#message.nativeCallbackId);
    // An answer to a connection request names the client as the request did.
    this.#message.header.copy(
      bytes,
      PORT_MESSAGE.UniqueProcess,
      PORT_MESSAGE.UniqueProcess,
      PORT_MESSAGE.MessageId,
    );
    if (answer !== null) bytes.set(answer, PORT_MESSAGE_SIZE);
    const slot = ownMemory(8);
    const status = owner.machinery.completion.alpc.NtAlpcAcceptConnectPort(
      slot,
      owner.handle,
      0,
      null,
      owner.portAttributes(owner.maxPoolUsage),
      context,
      bytes,
      null,
      answer === null ? 0 : 1,
    );
    return { status, handle: isSuccess(status) ? getWord(dataView(slot), 0) : -1 };
  }

  #leave(): void {
    if (this.#user !== null) this.#owner.admission.leave(this.#user);
    this.#user = null;
  }
}

/** What an accept comes to after the port has refused. */
const droppedBefore = { status: Status.REQUEST_CANCELED, handle: -1 };

function decidedBefore(): AlpcError {
  return new AlpcError("INVALID_MESSAGE", "the connection was accepted or rejected before");
}
