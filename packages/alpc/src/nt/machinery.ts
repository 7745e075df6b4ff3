import { PORT_MESSAGE_SIZE } from "../message.js";
import { MAX_CONNECT_PAYLOAD, MAX_DATA_ENTRIES } from "../port-limits.js";
import type { BorrowedMessage } from "../received-message.js";
import type { SectionQuota } from "../section-quota.js";
import type { CompletionPort } from "./completion-port.js";
import type { DirectCopier } from "./direct-copier.js";
import { PortFlags } from "./layout/flags.js";
import { PORT_DATA_ENTRY, PORT_DATA_INFORMATION } from "./layout/port-structures.js";
import { TRAILER_SIZE } from "./message-trailer.js";

/** What all ports of a kernel share. */
export interface Machinery {
  readonly completion: CompletionPort;
  readonly copier: DirectCopier;
  /** The one message object. */
  readonly message: BorrowedMessage;
  /** AlpcMaxAllowedMessageLength(), octets. */
  readonly systemMaxLength: number;
  /** Sections of a client are its own affair. */
  readonly clientQuota: SectionQuota;
}

/** Octets that a message has beside header and payload: trailer, data information, and up to 7 to align that. */
const MOST_BESIDE = TRAILER_SIZE + 7 + PORT_DATA_INFORMATION.size + MAX_DATA_ENTRIES * PORT_DATA_ENTRY.size;

/** What the system is told: room for the largest message with all that travels beside it, and for connect messages. */
export function nativeMaxLength(maxMessageLength: number, systemMaxLength: number): number {
  const connect = PORT_MESSAGE_SIZE + 64 + MAX_CONNECT_PAYLOAD;
  return Math.min(systemMaxLength, Math.max(maxMessageLength + MOST_BESIDE, connect));
}

/** Header and payload of the largest message: a trailer still has to fit. */
export function largestMessage(maxMessageLength: number, systemMaxLength: number): number {
  return Math.min(maxMessageLength, systemMaxLength - TRAILER_SIZE);
}

/** Our ports may be impersonated, may be asked, and pull handles by index, so that none comes that nobody wants. */
export function portFlags(acceptHandles: boolean): number {
  const handles = PortFlags.ALLOW_DUP_OBJECT | PortFlags.ALLOW_MULTIHANDLE_ATTRIBUTE;
  return PortFlags.ALLOW_IMPERSONATION | PortFlags.ALLOW_LPC_REQUESTS | (acceptHandles ? handles : 0);
}
