import { parentPort } from "node:worker_threads";
import { handleKind } from "./handle-kind.js";
import type { ReceivedPacket, ReceiverAnswer, ReceiverTurn } from "./handle-receiver.js";
import type { InboundPacket } from "./inbound-packet.js";
import { Errno, errnoName, loadLibC } from "./libc.js";
import { MAX_BATCH, ReceiveBatch } from "./receive-batch.js";

/** The thread behind createHandleReceiver: receives packets, sees what their descriptors are, closes none. */
const libc = loadLibC();
const batch = new ReceiveBatch(libc);

function receive(turn: ReceiverTurn): ReceiverAnswer {
  const packets: ReceivedPacket[] = [];
  const discarded: number[] = [];
  let end: ReceiverAnswer["end"] = null;
  const got = batch.receive(turn.fd, Math.min(turn.packetsPerTurn, MAX_BATCH));
  // What was sent before the peer vanished may still lie behind its ECONNRESET: the end follows by itself.
  if (got < 0 && got !== -Errno.ECONNRESET) end = { violation: `receiving failed: ${errnoName(-got)}` };
  for (let i = 0; i < got; i++) {
    const isEnd = batch.length(i) === 0 && batch.controlLength(i) === 0;
    const packet = batch.packet(i);
    const fds = packet.takeDescriptors();
    const violation = faultOf(turn, batch.fault(i), packet.length, fds.length);
    if (end === null && isEnd) end = { violation: null };
    else if (end === null && violation === null) packets.push(received(packet, fds));
    else {
      discarded.push(...fds);
      end ??= { violation };
    }
    batch.rearm(i);
  }
  return { id: turn.id, packets, discarded, end };
}

function received(packet: InboundPacket, fds: readonly number[]): ReceivedPacket {
  const { buffer, start, length, pid, uid, gid } = packet;
  return {
    bytes: new Uint8Array(buffer.subarray(start, start + length)),
    credentials: { pid, uid, gid },
    handles: fds.map((fd) => ({ fd, kind: handleKind(libc, fd) })),
  };
}

function faultOf(turn: ReceiverTurn, fault: string | null, length: number, handles: number): string | null {
  const { maxPacketLength, maxHandlesPerMessage } = turn;
  if (fault !== null) return fault;
  if (length > maxPacketLength) return `a packet of ${length} octets, allowed are ${maxPacketLength}`;
  if (handles > maxHandlesPerMessage)
    return `${handles} handles in a message, allowed are ${maxHandlesPerMessage}`;
  return null;
}

parentPort?.on("message", (turn: ReceiverTurn) => parentPort?.postMessage(receive(turn)));
