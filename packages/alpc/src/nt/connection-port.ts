import { securityDescriptorToBytes, type Token } from "@ncalrpc/security";
import { AlpcError } from "../error.js";
import type {
  CommunicationPort,
  ConnectionPort,
  ConnectionPortHandler,
  PortAttributes,
  PortLimits,
} from "../kernel.js";
import { MessageType, PORT_MESSAGE_SIZE } from "../message.js";
import { PortAdmission } from "../port-admission.js";
import { resolvePortLimits } from "../port-limits.js";
import { SectionQuota } from "../section-quota.js";
import type { Handle } from "./alpc-library.js";
import { getWord } from "./attribute-buffer.js";
import type { NtCommunicationPort } from "./communication-port.js";
import { ConnectionRequestHandling, type RequestOwner } from "./connection-request.js";
import { InboundMessage } from "./inbound-message.js";
import { ObjectFlags } from "./layout/generic-structures.js";
import { largestMessage, type Machinery, nativeMaxLength, portFlags } from "./machinery.js";
import { check, isSuccess, ntError } from "./nt-status.js";
import { openEffectiveToken, readToken } from "./nt-token.js";
import { objectName } from "./object-name.js";
import { finishMessage, releaseReceivedView } from "./port-attachments.js";
import type { RingRecord } from "./receive-ring.js";
import {
  dataView,
  keeping,
  objectAttributes,
  ownMemory,
  portAttributes,
  unicodeString,
} from "./structures.js";

/** The named port of a server: everything of all of its clients is received here. */
export class NtConnectionPort implements ConnectionPort, RequestOwner {
  readonly name: string;
  readonly id: number;
  readonly handle: Handle;
  readonly limits: PortLimits;
  /** Header and payload; and what the system was told. Octets. */
  readonly maxMessageLength: number;
  readonly nativeMaxLength: number;
  readonly attributes: PortAttributes;
  readonly admission: PortAdmission;
  readonly machinery: Machinery;
  readonly handler: ConnectionPortHandler;
  readonly #connections = new Set<CommunicationPort>();
  /** By PortContext, until their handle is closed. */
  readonly #ports = new Map<number, NtCommunicationPort>();
  readonly #pending = new Set<ConnectionRequestHandling>();
  /** Refused clients that still have to read why. */
  readonly #refused = new Map<number, () => void>();
  readonly #userQuotas = new Map<string, SectionQuota>();
  readonly #onClosed: () => void;
  #isListening = true;
  #isClosed = false;
  #isHandleClosed = false;

  /** Throws AlpcError: OBJECT_NAME_COLLISION, OBJECT_NAME_INVALID, ACCESS_DENIED... */
  constructor(
    machinery: Machinery,
    name: string,
    attributes: PortAttributes,
    handler: ConnectionPortHandler,
    onClosed: () => void,
  ) {
    this.name = name;
    this.#onClosed = onClosed;
    this.machinery = machinery;
    this.attributes = attributes;
    this.handler = handler;
    this.limits = resolvePortLimits(attributes.limits);
    const { systemMaxLength, completion } = machinery;
    this.maxMessageLength = largestMessage(this.limits.maxMessageLength, systemMaxLength);
    this.nativeMaxLength = nativeMaxLength(this.limits.maxMessageLength, systemMaxLength);
    this.admission = new PortAdmission(name, attributes.securityDescriptor, this.limits);
    this.id = completion.nextId();
    this.handle = this.#create(objectName(name));
    const isAssociated = completion.open(this.id, this.handle, this);
    try {
      if (!isAssociated) completion.associate(this.id, this.handle);
    } catch (error) {
      completion.close(this.id);
      throw error;
    }
    completion.settled(this.id);
  }

  get connections(): ReadonlySet<CommunicationPort> {
    return this.#connections;
  }

  /** ALPC_PORT_ATTRIBUTES of this port, and with a limit for one connection of the communication ports that it makes. */
  portAttributes(maxPoolUsage?: number): Buffer {
    const { limits } = this;
    return portAttributes({
      ...(maxPoolUsage === undefined ? {} : { maxPoolUsage }),
      flags: portFlags(this.attributes.acceptHandles ?? false),
      maxMessageLength: this.nativeMaxLength,
      acceptHandles: this.attributes.acceptHandles ?? false,
      maxSectionSize: limits.maxSectionSize,
      maxTotalSectionSize: limits.maxTotalSectionSize,
    });
  }

  /** Octets that one client may leave unread: its queue of the longest messages. */
  get maxPoolUsage(): number {
    return Math.max(this.limits.maxQueuedBytes, this.limits.maxQueuedMessages * this.nativeMaxLength);
  }

  onRecord(record: RingRecord): void {
    if (!isSuccess(record.status)) {
      this.handler.onRefused?.(ntError(record.status, `receiving at the port ${this.name}`), null);
      return;
    }
    const message = new InboundMessage(record);
    const body = record.message.subarray(PORT_MESSAGE_SIZE);
    if (message.kind === MessageType.CONNECTION_REQUEST) {
      this.#onConnect(message, body);
      return;
    }
    const context = message.context?.portContext ?? 0;
    const port = this.#ports.get(context);
    if (port !== undefined) {
      port.onMessage(message, this.machinery.completion.borrow(body));
      return;
    }
    // Of someone who was refused, or has been closed.
    releaseReceivedView(this.machinery.completion, [this.handle], message);
    finishMessage(this.machinery.completion, this.handle, message);
    if (message.kind === MessageType.PORT_CLOSED) this.#refused.get(context)?.();
  }

  stopListening(): void {
    this.#isListening = false;
    for (const request of [...this.#pending]) {
      request.refuse(new AlpcError("PORT_CONNECTION_REFUSED", `the port ${this.name} was closed`));
    }
    this.#closeIfUnused();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.stopListening();
    for (const port of this.#connections) port.close();
    this.#closeIfUnused();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  ended(request: ConnectionRequestHandling): void {
    this.#pending.delete(request);
  }

  opened(port: NtCommunicationPort): void {
    this.#ports.set(port.id, port);
    this.#connections.add(port);
  }

  gone(port: NtCommunicationPort): void {
    this.#connections.delete(port);
  }

  closed(port: NtCommunicationPort, handle: Handle): void {
    this.#ports.delete(port.id);
    if (handle >= 0) this.machinery.completion.alpc.NtClose(handle);
    this.#closeIfUnused();
  }

  /** A refused client has an open port until it has read the answer, or has had the time for it. */
  keepUntilRead(context: number, handle: Handle, milliseconds: number): void {
    const end = () => {
      clearTimeout(timer);
      if (!this.#refused.delete(context)) return;
      this.machinery.completion.alpc.NtClose(handle);
      this.#closeIfUnused();
    };
    const timer = setTimeout(end, milliseconds);
    this.#refused.set(context, end);
  }

  userQuota(user: string): SectionQuota {
    let quota = this.#userQuotas.get(user);
    if (quota === undefined) {
      quota = new SectionQuota(this.limits.maxUserSectionSize, user);
      this.#userQuotas.set(user, quota);
    }
    return quota;
  }

  allowsDirectMemory(token: Token): boolean {
    const allow = this.attributes.directMemory?.allow ?? [];
    if (allow !== "same-user") return allow.some((sid) => sid.equals(token.user));
    const { system } = this.machinery.completion;
    const own = openEffectiveToken(system);
    try {
      return readToken(system, own, process.pid).user.equals(token.user);
    } finally {
      system.NtClose(own);
    }
  }

  #create(path: string): Handle {
    const { alpc } = this.machinery.completion;
    const name = unicodeString(path);
    const descriptor = securityDescriptorToBytes(this.attributes.securityDescriptor);
    const object = objectAttributes(name, ObjectFlags.CASE_INSENSITIVE, descriptor);
    const slot = ownMemory(8);
    const status = keeping([object], () => alpc.NtAlpcCreatePort(slot, object.bytes, this.portAttributes()));
    check(status, `creating the port ${this.name}`);
    return getWord(dataView(slot), 0);
  }

  #onConnect(message: InboundMessage, body: Buffer): void {
    const request = new ConnectionRequestHandling(this, message, Buffer.from(body));
    this.#pending.add(request);
    if (!this.#isListening) {
      request.refuse(new AlpcError("PORT_CONNECTION_REFUSED", `the port ${this.name} was closed`));
    } else if (this.#pending.size > this.limits.maxPendingConnections) {
      const most = this.limits.maxPendingConnections;
      request.refuse(new AlpcError("QUOTA_EXCEEDED", `more than ${most} connections are being made`));
    } else request.start();
  }

  /** The name goes with the handle, and the handle receives for every connection. */
  #closeIfUnused(): void {
    if (this.#isListening || this.#isHandleClosed) return;
    if (this.#ports.size > 0 || this.#refused.size > 0) return;
    this.#isHandleClosed = true;
    this.#onClosed();
    this.machinery.completion.close(this.id);
  }
}
