import { statusName } from "../connect-message.js";
import { AlpcError, NtStatus } from "../error.js";
import { MessageType, PORT_MESSAGE_SIZE } from "../message.js";
import { portMessage, violation, writePortMessage } from "../port-message.js";
import type { InboundPacket } from "./inbound-packet.js";
import type { Outbox, Outlet } from "./outbox.js";

/** PORT_CLOSED as we send it: a u32 NTSTATUS that says why, 0 for good order. */
const LENGTH = PORT_MESSAGE_SIZE + 4;

/** Queues PORT_CLOSED. */
export function sendFarewell(outbox: Outbox, outlet: Outlet, reason: AlpcError | null): void {
  const at = outbox.reserve(LENGTH);
  writePortMessage(outbox.words, at, MessageType.PORT_CLOSED, LENGTH - PORT_MESSAGE_SIZE, 0, 0);
  outbox.words[(at + PORT_MESSAGE_SIZE) >> 2] = reason === null ? 0 : NtStatus[reason.status];
  outbox.commit(outlet, LENGTH);
}

/** Why the peer closed, from its PORT_CLOSED: null for good order. Throws AlpcError INVALID_MESSAGE. */
export function closedByPeer({ words, start: at }: InboundPacket): AlpcError | null {
  if (portMessage.dataLength(words, at) !== LENGTH - PORT_MESSAGE_SIZE)
    throw violation("a PORT_CLOSED message");
  const status = statusName(words[(at + PORT_MESSAGE_SIZE) >> 2] ?? 0);
  return status === null ? null : new AlpcError(status, `the other side closed the connection: ${status}`);
}

/** The reason when a connection ends and nobody said why. */
export function vanished(): AlpcError {
  return new AlpcError(
    "PORT_DISCONNECTED",
    "the other side's process ended, or closed the connection without a word",
  );
}
