import { RpcStatus, type RpcStatusName, rpcStatusFromNumber } from "../rpc-status.js";
import { LrpcMessageType } from "./message-type.js";

export const FAULT_HEADER_SIZE = 0x10;

/** Extension: UTF-8 text for people follows the header, its length in octets first. */
const DETAILS_PRESENT = 0x10000;

const STATUS = 0x08;
const FLAGS = 0x0c;

/** Octets of details that a fault carries at most; longer text is cut. */
const MAX_DETAILS = 2048;

/** A fault's payload. Faults name no call: they answer the ALPC message that they reply to. */
export interface Fault {
  readonly status: RpcStatusName;
  readonly details: string | null;
}

/** Writes a fault at `start` and returns its octets. `details` only for peers that know the extension. */
export function writeFault(
  buffer: Buffer,
  start: number,
  status: RpcStatusName,
  details: string | null,
): number {
  buffer.fill(0, start, start + FAULT_HEADER_SIZE);
  buffer.writeInt32LE(LrpcMessageType.FAULT, start);
  buffer.writeUInt32LE(RpcStatus[status], start + STATUS);
  if (details === null) {
    return FAULT_HEADER_SIZE;
  }
  const room = Math.min(MAX_DETAILS, buffer.length - start - FAULT_HEADER_SIZE - 4);
  const text = start + FAULT_HEADER_SIZE + 4;
  const written = buffer.write(details, text, Math.max(room, 0), "utf8");
  buffer.writeUInt32LE(DETAILS_PRESENT, start + FLAGS);
  buffer.writeUInt32LE(written, start + FAULT_HEADER_SIZE);
  return FAULT_HEADER_SIZE + 4 + written;
}

/** Room that any fault fits in. */
export const MAX_FAULT_SIZE = FAULT_HEADER_SIZE + 4 + MAX_DETAILS;

/** Null if the payload is too short. */
export function readFault(buffer: Buffer, start: number, length: number): Fault | null {
  if (length < FAULT_HEADER_SIZE) {
    return null;
  }
  const status = rpcStatusFromNumber(buffer.readUInt32LE(start + STATUS));
  const hasDetails = (buffer.readUInt32LE(start + FLAGS) & DETAILS_PRESENT) !== 0;
  if (!hasDetails || length < FAULT_HEADER_SIZE + 4) {
    return { status, details: null };
  }
  const text = start + FAULT_HEADER_SIZE + 4;
  const size = Math.min(buffer.readUInt32LE(start + FAULT_HEADER_SIZE), length - FAULT_HEADER_SIZE - 4);
  return { status, details: buffer.toString("utf8", text, text + size) };
}
