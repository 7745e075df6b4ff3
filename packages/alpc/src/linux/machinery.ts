import type { BorrowedMessage } from "../received-message.js";
import type { CompletionPort } from "./completion-port.js";
import type { InboundPacket } from "./inbound-packet.js";
import type { LibC } from "./libc.js";
import type { MemoryMode } from "./mapped-memory.js";
import type { Outbox } from "./outbox.js";
import type { ReceiveBatch } from "./receive-batch.js";

/** What the connections of one thread share. */
export interface Machinery {
  readonly libc: LibC;
  readonly completion: CompletionPort;
  readonly batch: ReceiveBatch;
  readonly outbox: Outbox;
  readonly message: BorrowedMessage;
  /** Where messages from completion lists are copied to. */
  readonly listed: InboundPacket;
  /** Whether completion lists are used. */
  readonly completionList: boolean;
  readonly memoryMode: MemoryMode;
}
