import type { SecurityDescriptor, Sid, Token } from "@ncalrpc/security";
import type { DataEntry } from "./data-information.js";
import type { AlpcError } from "./error.js";
import type { Finding } from "./finding.js";
import type { MessageType, ReceivedMessage, SendAttributes } from "./message.js";
import type { View } from "./view.js";
import type { Poller } from "./waiting/poller.js";

/**
 * What a system must offer for ports: the whole surface between the platform-free code and a kernel. One kernel object
 * serves one thread: it owns that thread's completion port, receives for all of the thread's ports in batches, and
 * sends what a turn of the event loop has queued in one go.
 */
export interface Kernel {
  readonly name: "linux" | "loopback" | "nt";
  /** The identity that this process would have towards a server. */
  currentToken(): Token;
  /** NtAlpcCreatePort. Throws AlpcError: OBJECT_NAME_COLLISION if a live server holds the name, OBJECT_NAME_INVALID, ACCESS_DENIED... */
  createPort(name: string, attributes: PortAttributes, handler: ConnectionPortHandler): ConnectionPort;
  /** NtAlpcConnectPort. Rejects with AlpcError: OBJECT_NAME_NOT_FOUND, PORT_CONNECTION_REFUSED, ACCESS_DENIED, SERVER_SID_MISMATCH, TIMEOUT. */
  connectPort(name: string, attributes: ConnectAttributes, handler: PortHandler): Promise<CommunicationPort>;
  /** The named ports that can be seen from here, with or without a live server. */
  listPorts(): PortListing[];
  /** What this system offers to ports and how it behaves, looked at now: for `ncalrpc doctor`. Left out where there is nothing to find. */
  examine?(): Promise<Finding[]>;
  /** Sends everything queued by this thread's ports now, rather than at the end of the turn. */
  flush(): void;
  /** How this thread waits for messages, as it is now. Left out where the system alone decides. */
  readonly waiting?: Waiting;
  /** Looks for news in memory that other threads of this process share, too. Left out where this thread looks for nothing. */
  readonly poller?: Poller;
}

/** How a thread has waited for messages: by looking for them (spinning), or asleep until it was woken. */
export interface Waiting {
  /** Milliseconds spent looking when nothing was there, and their part of the time just past, from 0 to 1. */
  readonly spunMilliseconds: number;
  readonly share: number;
  /** Whether it looks now, and whether it must not as other processes need the processors. */
  readonly isSpinning: boolean;
  readonly isPaused: boolean;
  /** How often a connection was left to be woken, and how often a peer was. */
  readonly sleeps: number;
  readonly doorbells: number;
}

export interface PortAttributes {
  /** Who may connect (PORT_CONNECT). */
  readonly securityDescriptor: SecurityDescriptor;
  readonly limits?: Partial<PortLimits>;
  /** ALLOW_DUP_OBJECT: messages from clients may carry handles. Default false: the kernel refuses them. */
  readonly acceptHandles?: boolean;
  /** Requests may offer memory for direct access (PORT_DATA_INFORMATION). Default false. */
  readonly directMemory?: { readonly allow: "same-user" | readonly Sid[]; readonly deadline?: number };
}

/** Every limit of a port, with its default in port-limits.ts. Exceeding one never harms another connection. */
export interface PortLimits {
  /** Header and payload of a message, octets, at most MAX_MESSAGE_LENGTH. */
  readonly maxMessageLength: number;
  /** Octets of one section; at most half of what the connection may have. */
  readonly maxSectionSize: number;
  /**
   * Octets of all sections of one connection, of which each direction has half, and of one user. Who needs more waits for views
   * to come back, if any of that direction and connection are out.
   */
  readonly maxTotalSectionSize: number;
  readonly maxUserSectionSize: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerUser: number;
  /** Connections that have not yet been accepted or rejected, and how long one may stay so (milliseconds). */
  readonly maxPendingConnections: number;
  readonly connectTimeout: number;
  readonly maxHandlesPerMessage: number;
  /** Messages taken from one connection in one turn. */
  readonly messagesPerTurn: number;
  /** Output that a connection may leave unread; beyond it nothing more is read from it, and after the grace it is closed. */
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly slowReaderGrace: number;
}

export interface ConnectAttributes {
  /** Connect message: at most 1 KiB. */
  readonly payload?: Uint8Array;
  /** Milliseconds; default 10,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** The user that the server must be, checked before anything is sent. */
  readonly requiredServerSid?: Sid;
  /** Where one SID does not say it: a descriptor that must grant the server PORT_CONNECT, checked before anything is sent. */
  readonly requiredServer?: SecurityDescriptor;
  /** SECURITY_QUALITY_OF_SERVICE.ContextTrackingMode; default static. */
  readonly tracking?: "static" | "dynamic";
  /**
   * SECURITY_QUALITY_OF_SERVICE.ImpersonationLevel: whether the server may only know who this client is, or act as it on this
   * machine, or on others too. Default impersonation. Where nobody can act as someone else (linux, loopback) it says nothing.
   */
  readonly impersonation?: ImpersonationLevel;
  /** Other processes of this user may send on this connection too (a forked child, say). Default false. */
  readonly delegate?: boolean;
  /** ALLOW_DUP_OBJECT: messages from the server may carry handles. Default false: one that does ends the connection. */
  readonly acceptHandles?: boolean;
  /**
   * The server is not one of ours (an rpcrt4 server, say): it is sent nothing but the payload as it is, none by default, and
   * messages of up to 0x1000 octets. Only where the system has such servers (nt); others take no notice. Default false.
   */
  readonly foreign?: boolean;
}

export type ImpersonationLevel = "identification" | "impersonation" | "delegation";

/**
 * Who a thread acted as when it was captured (NtAlpcCreateSecurityContext), for messages that are sent as that later. Belongs
 * to the port that made it; disposed of by its owner, at the latest when the port closes.
 */
export interface SecurityContext extends Disposable {
  /** From now on no server can act as it, not even for requests that are open. */
  revoke(): void;
}

export interface PortHandler {
  /** REQUEST, REPLY, DATAGRAM and CANCELED. The message is borrowed until this returns. Must not throw. */
  onMessage(port: CommunicationPort, message: ReceivedMessage): void;
  /** PORT_CLOSED, once, after the last message. `reason` is null if the peer went away in good order. */
  onClosed(port: CommunicationPort, reason: AlpcError | null): void;
  /** After the last message of a batch: work that is done once for all of them. */
  onBatchEnd?(): void;
}

export interface ConnectionPortHandler extends PortHandler {
  /** CONNECTION_REQUEST of someone whom the port's descriptor lets connect. Accept or reject it, now or later, exactly once. */
  onConnect(request: ConnectionRequest): void;
  /** Someone was refused by the descriptor, a limit, or for breaking the protocol: for logs and metrics. */
  onRefused?(reason: AlpcError, token: Token | null): void;
}

export interface ConnectionRequest {
  readonly token: Token;
  /** The connect message, ours to keep. */
  readonly payload: Uint8Array;
  readonly tracking: "static" | "dynamic";
  /** NtAlpcAcceptConnectPort(TRUE). `payload` goes to the client. */
  accept(payload?: Uint8Array): CommunicationPort;
  /** NtAlpcAcceptConnectPort(FALSE): the client sees PORT_CONNECTION_REFUSED with this payload, if it still listens. */
  reject(payload?: Uint8Array): void;
}

/** The named port of a server. */
export interface ConnectionPort extends Disposable {
  readonly name: string;
  readonly connections: ReadonlySet<CommunicationPort>;
  /** Stops listening and frees the name; connections stay. (On Windows the name is free when the last of them has closed.) */
  stopListening(): void;
  /** Closes the port and every connection; handlers get onClosed. */
  close(): void;
}

/**
 * Memory in which one message is written and sent from. It is the caller's until `send` or `abandon`, within the same job. The other
 * side may read it and write to it at any time: what has been written says nothing any more to who wrote it.
 */
export interface MessageRoom {
  readonly buffer: Buffer;
  /** Of all of `buffer`. */
  readonly view: DataView;
  /** The message is buffer[start..start + capacity) at most; `start` is a multiple of 8. */
  readonly start: number;
  readonly capacity: number;
  /** As the port's `send` of a message of `length` octets. The room has gone, also if this throws. */
  send(type: MessageType, length: number, messageId: number, callbackId: number): number;
  /** Nothing is sent. Idempotent; does nothing after `send`. */
  abandon(): void;
}

/** One side of a connection. */
export interface CommunicationPort extends Disposable {
  /** PortContext: unique in this process, never reused. */
  readonly id: number;
  /** The other side as the kernel knew it when the connection was made. */
  readonly token: Token;
  /** What the other side said at connect (server side) or accept (client side). */
  readonly payload: Uint8Array;
  readonly isClosed: boolean;
  /** Largest payload that a message can carry without a view. */
  readonly maxPayload: number;
  /** Largest view, octets; 0 if the connection has none. */
  readonly maxViewSize: number;
  /** True if the other side reads and writes memory that requests offer. */
  readonly allowsDirectMemory: boolean;
  /** Messages queued here that the kernel has not taken yet. */
  readonly queuedMessages: number;
  /**
   * Queues a message: the header goes into bytes[0..0x28), which the caller leaves free, the payload is
   * bytes[0x28..length). The octets are copied before this returns. `messageId` 0 assigns one to a REQUEST; a REPLY
   * or CANCELED repeats that of the message it belongs to. Returns the message's id. Throws AlpcError: PORT_DISCONNECTED, PORT_MESSAGE_TOO_LONG.
   */
  send(
    type: MessageType,
    bytes: Buffer,
    length: number,
    messageId: number,
    callbackId: number,
    attributes?: SendAttributes,
  ): number;
  /**
   * Room in which the next message is written where the other side will read it, so that it is not copied. Null where there is
   * none now, or a message is being written already: then there is `send`. What is sent until the room's own `send` goes before it.
   */
  reserve?(): MessageRoom | null;
  /** Withdraws a request: the other side gets CANCELED with its id unless it has answered. */
  cancel(messageId: number): void;
  /**
   * Memory for one large message; at once when the connection's pool has it, else when the server has made it. If this direction's
   * share of the connection's sections is used up, when views have come back, in the order of the calls; with `waits` false that
   * is refused, where there is a choice. Throws or rejects with AlpcError: QUOTA_EXCEEDED, INSUFFICIENT_RESOURCES (no view is out that could come back),
   * PORT_DISCONNECTED.
   */
  allocateView(size: number, waits?: boolean): View | Promise<View>;
  /** Nobody waits for this promise of allocateView any more: it rejects with CANCELLED, unless it is settled. Left out where there are no such promises. */
  withdrawView?(view: Promise<View>): void;
  /**
   * Server: a view for one message of an array that sealBytes made, or of a part of one: nothing is copied. Null if the
   * array is an ordinary one, or the client's share of sections is used up. Left out where nothing can be sealed.
   */
  sealedView?(bytes: Uint8Array): View | null;
  /** Copies from (to) memory that the other side offered: `entry` is the object that came with a request, still open. Off the event loop. Rejects: ACCESS_DENIED, PARTIAL_COPY, TIMEOUT, PORT_DISCONNECTED. */
  readPeerMemory(entry: DataEntry, target: Buffer): Promise<void>;
  writePeerMemory(entry: DataEntry, source: Buffer): Promise<void>;
  /** Runs `work` as the sender of an open request where the system can do that; synchronous, reverted on every path. Throws AlpcError. */
  impersonate?<T>(messageId: number, work: () => T): T;
  /**
   * Captures who this thread acts as now (within `impersonate`: the sender of that request), for SendAttributes.securityContext,
   * where the system can do that. Servers take other users' messages from connections with dynamic tracking only. Throws AlpcError.
   */
  createSecurityContext?(): SecurityContext;
  /**
   * Client ports: blocks this thread until at least one message or the end of this port has been handed on (true), or the
   * time is over (false). What is queued here is sent first; messages of other ports wait for the event loop. Left out where
   * it cannot be. Throws AlpcError: INVALID_PARAMETER within onMessage, PORT_DISCONNECTED, QUOTA_EXCEEDED.
   */
  waitForMessages?(milliseconds: number): boolean;
  /** As allocateView, for who blocks: waits for the view as waitForMessages does. Only where allocateView may answer with a promise. Throws AlpcError, TIMEOUT among them. */
  waitForView?(size: number, milliseconds: number): View;
  close(): void;
}

export interface PortListing {
  readonly name: string;
  /** Owner of the name in the system's namespace; S-1-0-0 where the system does not tell. */
  readonly owner: Sid;
  readonly isLive: boolean;
}
