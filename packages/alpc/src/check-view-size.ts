import { AlpcError } from "./error.js";

/** Throws AlpcError QUOTA_EXCEEDED for a view of more octets than the largest of its connection has. */
export function checkViewSize(size: number, maxViewSize: number): void {
  if (size > maxViewSize) {
    const message = `a view of ${size} octets; this connection has views up to ${maxViewSize}`;
    throw new AlpcError("QUOTA_EXCEEDED", message);
  }
}
