import { type Token, wellKnownSids } from "@ncalrpc/security";
import {
  type ConnectReply,
  decodeConnectReply,
  encodeConnectRequest,
  isConnectMessage,
} from "../connect-message.js";
import { ConnectionRefusedError } from "../connection-refused.js";
import { AlpcError, isAlpcError } from "../error.js";
import type { ConnectAttributes, PortHandler } from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE } from "../message.js";
import { defaultPortLimits } from "../port-limits.js";
import type { Handle } from "./alpc-library.js";
import { getWord, setWord } from "./attribute-buffer.js";
import { NtCommunicationPort } from "./communication-port.js";
import type { Receiver } from "./completion-port.js";
import { callConnect } from "./connect-call.js";
import { OwnCorrespondence } from "./correspondence.js";
import { vanished } from "./farewell.js";
import { InboundMessage } from "./inbound-message.js";
import { PROCESS_QUERY_LIMITED_INFORMATION } from "./layout/access-rights.js";
import { CLIENT_ID } from "./layout/generic-structures.js";
import { largestMessage, type Machinery, nativeMaxLength, portFlags } from "./machinery.js";
import { check, isSuccess, ntError } from "./nt-status.js";
import { bareToken, readToken, withProcessToken } from "./nt-token.js";
import { objectName } from "./object-name.js";
import { PlainCorrespondence } from "./plain-correspondence.js";
import { finishMessage, releaseReceivedView } from "./port-attachments.js";
import type { RingRecord } from "./receive-ring.js";
import { dataView, objectAttributes, ownMemory, portAttributes, writeHeader } from "./structures.js";

const DEFAULT_TIMEOUT = 10_000;
/** A foreign server's port, as its own clients see it: rpcrt4's. Octets. */
const FOREIGN_MESSAGE_LENGTH = 0x1000;

/** A client port: first it waits for the answer to its connect, then it is a communication port. */
export class Connecting implements Receiver {
  readonly #machinery: Machinery;
  readonly #name: string;
  readonly #attributes: ConnectAttributes;
  readonly #handler: PortHandler;
  readonly #id: number;
  readonly #nativeMaxLength: number;
  #handle: Handle = -1;
  #port: NtCommunicationPort | null = null;
  #isAssociated = false;
  #isOver = false;
  #settle: (outcome: NtCommunicationPort | AlpcError) => void = () => {};

  private constructor(
    machinery: Machinery,
    name: string,
    attributes: ConnectAttributes,
    handler: PortHandler,
  ) {
    this.#machinery = machinery;
    this.#name = name;
    this.#attributes = attributes;
    this.#handler = handler;
    this.#id = machinery.completion.nextId();
    this.#nativeMaxLength = attributes.foreign
      ? FOREIGN_MESSAGE_LENGTH
      : nativeMaxLength(defaultPortLimits.maxMessageLength, machinery.systemMaxLength);
  }

  /** NtAlpcConnectPort, without waiting in it. Rejects with AlpcError. */
  static async connect(
    machinery: Machinery,
    name: string,
    attributes: ConnectAttributes,
    handler: PortHandler,
  ): Promise<NtCommunicationPort> {
    const { signal, timeout = DEFAULT_TIMEOUT } = attributes;
    if (signal?.aborted) throw cancelled(name, signal);
    const connecting = new Connecting(machinery, name, attributes, handler);
    connecting.#start();
    return await new Promise((resolve, reject) => {
      const onAbort = () => {
        if (signal !== undefined) connecting.#giveUp(cancelled(name, signal));
      };
      const timer = setTimeout(
        () =>
          connecting.#giveUp(
            new AlpcError("TIMEOUT", `no answer from the port ${name} within ${timeout} ms`),
          ),
        timeout,
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      connecting.#settle = (outcome) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        if (isAlpcError(outcome)) reject(outcome);
        else resolve(outcome);
      };
    });
  }

  onRecord(record: RingRecord): void {
    const { completion } = this.#machinery;
    if (!isSuccess(record.status)) {
      if (this.#port !== null) this.#port.onDisconnected();
      else this.#giveUp(ntError(record.status, `connecting to the port ${this.#name}`));
      return;
    }
    const message = new InboundMessage(record);
    const body = completion.borrow(record.message.subarray(PORT_MESSAGE_SIZE));
    if (this.#port !== null) {
      this.#port.onMessage(message, body);
      return;
    }
    try {
      if (!this.#isOver) this.#onAnswer(message, body);
    } catch (error) {
      this.#giveUp(
        isAlpcError(error) ? error : new AlpcError("UNSUCCESSFUL", "connecting failed", { cause: error }),
      );
    } finally {
      releaseReceivedView(completion, [this.#handle], message);
      finishMessage(completion, this.#handle, message);
    }
  }

  #start(): void {
    const { alpc } = this.#machinery.completion;
    const {
      payload = new Uint8Array(),
      tracking = "static",
      delegate = false,
      foreign = false,
      acceptHandles = false,
    } = this.#attributes;
    const asked = foreign
      ? payload
      : encodeConnectRequest({ tracking, delegate, acceptsHandles: acceptHandles, payload });
    const bytes = ownMemory(PORT_MESSAGE_SIZE + asked.length);
    writeHeader(dataView(bytes), asked.length, 0, 0);
    bytes.set(asked, PORT_MESSAGE_SIZE);
    // A foreign server expects no connect message at all.
    const hasMessage = asked.length > 0;
    const length = ownMemory(8);
    setWord(dataView(length), 0, bytes.length);
    const own = portAttributes({
      flags: portFlags(acceptHandles),
      maxMessageLength: this.#nativeMaxLength,
      quality: this.#attributes,
      acceptHandles,
    });
    const slot = ownMemory(8);
    const message = hasMessage ? bytes : null;
    check(
      callConnect(alpc, slot, objectName(this.#name), own, this.#attributes, message, length),
      `connecting to the port ${this.#name}`,
    );
    this.#handle = getWord(dataView(slot), 0);
    // Whether a port that is not connected yet can be associated is not documented.
    this.#isAssociated = this.#machinery.completion.open(this.#id, this.#handle, this);
  }

  #onAnswer(message: InboundMessage, body: Buffer): void {
    if (message.kind === MessageType.CANCELED || message.kind === MessageType.PORT_CLOSED) {
      throw new AlpcError("PORT_CONNECTION_REFUSED", `the port ${this.#name} was closed`);
    }
    if (message.kind !== MessageType.CONNECTION_REPLY) throw vanished();
    if (!this.#isAssociated) this.#machinery.completion.associate(this.#id, this.#handle);
    this.#machinery.completion.settled(this.#id);
    const isOurs = isConnectMessage(body);
    const reply = isOurs ? decodeConnectReply(body) : foreignReply(body, this.#nativeMaxLength);
    if (reply.refusal !== null) throw new ConnectionRefusedError(reply.refusal, reply.payload);
    this.#port = this.#open(reply, isOurs, message.pid);
    this.#settle(this.#port);
  }

  #open(reply: ConnectReply, isOurs: boolean, pid: number): NtCommunicationPort {
    const { completion, systemMaxLength, message, clientQuota } = this.#machinery;
    return new NtCommunicationPort(
      {
        completion,
        id: this.#id,
        handle: this.#handle,
        receivingHandle: this.#handle,
        token: this.#serverToken(pid),
        identity: null,
        payload: reply.payload,
        maxMessageLength: isOurs
          ? largestMessage(reply.maxMessageLength, systemMaxLength)
          : reply.maxMessageLength,
        nativeMaxLength: this.#nativeMaxLength,
        correspondence: isOurs ? new OwnCorrespondence("client") : new PlainCorrespondence(),
        direct: null,
        directDeadline: undefined,
        borrowed: message,
        side: "client",
        limits: defaultPortLimits,
        maxViewSize: reply.maxViewSize,
        quota: clientQuota,
        receivedQuota: clientQuota,
        sendsHandles: reply.acceptsHandles,
        acceptsHandles: this.#attributes.acceptHandles ?? false,
        allowsDirectMemory: reply.allowsDirectMemory,
        quality: this.#attributes,
        onGone: () => {},
        closeHandle: () => completion.close(this.#id),
      },
      this.#handler,
    );
  }

  /** By the process that accepted, as the system names it; where that may not be opened, the user that the system checked for us. */
  #serverToken(pid: number): Token {
    const { system } = this.#machinery.completion;
    const client = ownMemory(CLIENT_ID.size);
    setWord(dataView(client), CLIENT_ID.UniqueProcess, pid);
    const slot = ownMemory(8);
    const status = system.NtOpenProcess(
      slot,
      PROCESS_QUERY_LIMITED_INFORMATION,
      objectAttributes().bytes,
      client,
    );
    const required = this.#attributes.requiredServerSid;
    const unknown = () => bareToken(required ?? wellKnownSids.anonymous, pid);
    if (!isSuccess(status)) return unknown();
    const process = getWord(dataView(slot), 0);
    try {
      const token = withProcessToken(system, process, (handle) => readToken(system, handle, pid));
      // Checked by the system when we connected; the process may not be the one that it was.
      return token === null || (required !== undefined && !token.user.equals(required)) ? unknown() : token;
    } finally {
      system.NtClose(process);
    }
  }

  #giveUp(reason: AlpcError): void {
    if (this.#isOver || this.#port !== null) return;
    this.#isOver = true;
    this.#machinery.completion.close(this.#id);
    this.#settle(reason);
  }
}

function foreignReply(body: Buffer, maxMessageLength: number): ConnectReply {
  return {
    refusal: null,
    maxMessageLength,
    maxViewSize: defaultPortLimits.maxSectionSize,
    allowsDirectMemory: false,
    acceptsHandles: true,
    payload: Uint8Array.from(body),
  };
}

function cancelled(name: string, signal: AbortSignal): AlpcError {
  return new AlpcError("CANCELLED", `connecting to ${name} was cancelled`, { cause: signal.reason });
}
