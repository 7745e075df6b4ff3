import type { Token } from "@ncalrpc/security";
import type { BorrowedMessage } from "../received-message.js";
import type { Handle } from "./alpc-library.js";
import type { NtCommunicationPort } from "./communication-port.js";
import type { CompletionPort } from "./completion-port.js";
import type { Correspondence } from "./correspondence.js";
import type { DirectCopier } from "./direct-copier.js";
import type { AttachmentTerms } from "./port-attachments.js";
import type { SenderIdentity } from "./sender-identity.js";

/** What a communication port is made of, and what the two sides agreed on. */
export interface PortTerms extends AttachmentTerms {
  readonly completion: CompletionPort;
  /** PortContext, CompletionKey. */
  readonly id: number;
  /** The communication port: sends, makes sections. */
  readonly handle: Handle;
  /** The port that its messages are received from: itself at the client, the connection port at the server. */
  readonly receivingHandle: Handle;
  /** The other side when the connection was made. */
  readonly token: Token;
  /** Who sends each message; null where that is one process for good. */
  readonly identity: SenderIdentity | null;
  /** What the other side said: the connect message, or the answer to it. */
  readonly payload: Uint8Array;
  /** Header and payload, octets; and what the system was told, which has room for a trailer. */
  readonly maxMessageLength: number;
  readonly nativeMaxLength: number;
  readonly correspondence: Correspondence;
  /** Uses the other side's memory. */
  readonly direct: DirectCopier | null;
  /** Milliseconds for one use of it; undefined: the usual. */
  readonly directDeadline: number | undefined;
  /** The one message object of the kernel. */
  readonly borrowed: BorrowedMessage;
  /** The port is closed, before the handler's onClosed. */
  readonly onGone: (port: NtCommunicationPort) => void;
  /** The handle is no longer used. Called once. */
  readonly closeHandle: (port: NtCommunicationPort) => void;
}
