import type { NtStatusName } from "../error.js";

/** A message that is about to be sent. */
export interface OutgoingMessage {
  /** Who sends it. */
  readonly side: "client" | "server";
  /** The how many-th message this side sends on this connection, from 1. */
  readonly number: number;
  /** MessageType. */
  readonly type: number;
  /** Payload, octets. */
  readonly length: number;
}

/** What shall go wrong. Each function is asked about every message; one that is left out lets it pass. */
export interface LoopbackFaults {
  /** True: the connection breaks instead, as if the process that sends had died. */
  breakAt?(message: OutgoingMessage): boolean;
  /** send() throws an AlpcError with this status. */
  failSend?(message: OutgoingMessage): NtStatusName | null;
  /** Milliseconds by which this message, and all behind it in its direction, comes later. */
  delay?(message: OutgoingMessage): number;
}
