import type { AlpcError } from "../error.js";
import type { BatchListener } from "./completion-port.js";
import type { InboundPacket } from "./inbound-packet.js";

/** What a connection is being used for: waiting for the connect message, for its answer, or open. */
export interface Stage {
  readonly batchListener: BatchListener;
  /** A packet; it is borrowed until this returns. What this throws ends the connection. */
  onPacket(packet: InboundPacket): void;
  /** There will be no more packets; the descriptor is closed. Called once, never from within a call to the connection. */
  onEnd(reason: AlpcError | null): void;
}
