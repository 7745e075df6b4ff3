import { align8 } from "../port-message.js";
import type { HandlePacket } from "./handle-receiver.js";
import { InboundPacket } from "./inbound-packet.js";

/** What another thread has received, moved to where words are aligned; and what is wrong with it, or null. */
export function fromHandlePacket({
  bytes,
  credentials,
  handles,
}: HandlePacket): [InboundPacket, string | null] {
  const aligned = Buffer.allocUnsafeSlow(align8(bytes.length));
  aligned.set(bytes);
  const packet = new InboundPacket(aligned);
  packet.length = bytes.length;
  packet.carry(null, handles);
  if (credentials === null) return [packet, "a packet without credentials"];
  packet.pid = credentials.pid;
  packet.uid = credentials.uid;
  packet.gid = credentials.gid;
  return [packet, null];
}
