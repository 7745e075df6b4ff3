import type { LinuxCommunicationPort } from "./communication-port.js";
import type { DirectAccess } from "./direct-access.js";
import type { AttachmentTerms } from "./port-attachments.js";

/** What the two sides agreed on when the connection was made. */
export interface PortTerms extends AttachmentTerms {
  /** What the other side said: the connect message, or the answer to it. */
  readonly payload: Uint8Array;
  readonly maxMessageLength: number;
  /** Whether both sides use completion lists. */
  readonly completionList: boolean;
  /** A server that uses this client's memory. */
  readonly direct: DirectAccess | null;
  /** Called when the port is closed, before the handler's onClosed. */
  readonly onGone: ((port: LinuxCommunicationPort) => void) | null;
}
