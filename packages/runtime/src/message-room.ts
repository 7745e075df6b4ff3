import type { CommunicationPort, MessageRoom } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";

/**
 * Has a writer begin a message behind `headroom` octets, where the other side will read it. The room is the caller's, who ends
 * with its `send` or `abandon`; null if the port has none now: then the writer uses memory of its own.
 */
export function beginMessage(port: CommunicationPort, writer: Writer, headroom: number): MessageRoom | null {
  const room = port.reserve?.() ?? null;
  if (room === null) {
    writer.reset(headroom);
  } else {
    writer.attach(room.buffer, room.start, room.capacity, headroom, room.view);
  }
  return room;
}

/**
 * Whether what has been written is all in the room, and no longer than `limit`. If not, the room is abandoned, and what was
 * written moves to the writer's own memory.
 */
export function staysInRoom(room: MessageRoom | null, writer: Writer, limit: number): room is MessageRoom {
  if (room === null) {
    return false;
  }
  if (writer.isAttached && writer.isContiguous && writer.length <= limit) {
    return true;
  }
  writer.detach();
  room.abandon();
  return false;
}
