import { readGuid, writeGuid } from "@ncalrpc/ndr";
import type { Uuid } from "./gen/management.js";

/** A UUID's text as the structure that IDL has for it. */
export function uuidToFields(text: string): Uuid {
  const octets = Buffer.alloc(16);
  writeGuid(octets, 0, text);
  return {
    timeLow: octets.readUInt32LE(0),
    timeMid: octets.readUInt16LE(4),
    timeHigh: octets.readUInt16LE(6),
    clockAndNode: new Uint8Array(octets.subarray(8)),
  };
}

/** The inverse of uuidToFields, in lower case. */
export function uuidFromFields({ timeLow, timeMid, timeHigh, clockAndNode }: Uuid): string {
  const octets = Buffer.alloc(16);
  octets.writeUInt32LE(timeLow, 0);
  octets.writeUInt16LE(timeMid, 4);
  octets.writeUInt16LE(timeHigh, 6);
  octets.set(clockAndNode.subarray(0, 8), 8);
  return readGuid(octets, 0);
}
