import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import type { ReceivedHandle } from "../handle.js";
import type { PortLimits } from "../kernel.js";
import { type MessageType, PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import { MAX_DATA_ENTRIES } from "../port-limits.js";
import type { SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";
import type { LoopbackIdentity } from "./loopback-identity.js";

/** A message on its way. */
export interface LoopbackPacket {
  readonly type: MessageType;
  readonly id: number;
  readonly callbackId: number;
  readonly bytes: Buffer;
  readonly view: View | null;
  readonly handles: readonly ReceivedHandle[];
  readonly dataEntries: readonly DataEntry[];
  /** When it may be handed on, milliseconds of performance.now(). */
  readonly due: number;
}

/** What the two sides of a connection are made with. */
export interface LoopbackPortOptions {
  readonly side: "client" | "server";
  readonly payload: Uint8Array;
  readonly limits: PortLimits;
  readonly allowsDirectMemory: boolean;
  /** Whether the other side takes handles. */
  readonly sendsHandles: boolean;
  /** The views that this side allocates are charged to it. */
  readonly quota: SectionQuota;
  /** Who sends to this port. */
  readonly peerIdentity: LoopbackIdentity;
  readonly onGone?: () => void;
}

/** Throws AlpcError for a message that a port with these options does not carry. */
export function checkLoopbackMessage(
  options: LoopbackPortOptions,
  bytes: Buffer,
  length: number,
  attributes: SendAttributes | undefined,
): void {
  const { maxMessageLength, maxHandlesPerMessage } = options.limits;
  if (length > maxMessageLength) {
    throw new AlpcError(
      "PORT_MESSAGE_TOO_LONG",
      `a message of ${length} octets; this port carries up to ${maxMessageLength}, larger data goes into a view`,
    );
  }
  if (length < PORT_MESSAGE_SIZE || length > bytes.length) {
    throw new AlpcError("INVALID_PARAMETER", `a message of ${length} octets in a buffer of ${bytes.length}`);
  }
  const handles = attributes?.handles?.length ?? 0;
  if (handles > 0 && !options.sendsHandles) {
    throw new AlpcError("NOT_SUPPORTED", "the other side does not accept handles");
  }
  if (handles > maxHandlesPerMessage || (attributes?.dataEntries?.length ?? 0) > MAX_DATA_ENTRIES) {
    throw new AlpcError(
      "QUOTA_EXCEEDED",
      `a message with ${handles} handles; at most ${maxHandlesPerMessage}`,
    );
  }
}
