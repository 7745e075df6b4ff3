import { type CommunicationPort, MessageType, PORT_MESSAGE_SIZE, type View } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { Features } from "../protocol-lrpc/hello.js";
import { LARGE_REQUEST_HEADER_SIZE, RequestFlags, writeLargeRequestSize } from "../protocol-lrpc/request.js";
import { RpcError } from "../rpc-error.js";
import { ApartRequest } from "./apart-request.js";
import type { PendingCall } from "./pending-call.js";

const MESSAGE_LENGTH = PORT_MESSAGE_SIZE + LARGE_REQUEST_HEADER_SIZE;

/** Names the call and writes the request's header, with these flags, behind the room for the port's own. */
export type WriteHeader = (message: Buffer, view: DataView, flags: number) => void;

/** Called with the message's id when the request has gone out. */
export type OnSent = (messageId: number) => void;

/** A request that has not gone out altogether. */
export interface Sending {
  /** Rejects with RpcError or AlpcError. */
  readonly done: Promise<void>;
  /** Nobody waits for the call any more: it no longer waits for memory either. */
  abandon(): void;
}

/**
 * Sends a request whose stub data is too long for a message: its largest byte array apart, where the server's `features`
 * allow that, else all of it, in a view of a section that the server made, or, beyond what a section holds, by letting the
 * server read this process's memory. Answers if not everything has gone out yet; the writer is in use until then, and
 * for good if the data stays in it (`call.retained`). `inOnePiece`: see ApartRequest. `flush` has what is queued go out now. Throws RpcError and AlpcError.
 */
export function sendLargeRequest(
  port: CommunicationPort,
  features: number,
  call: PendingCall,
  writer: Writer,
  inOnePiece: boolean,
  writeHeader: WriteHeader,
  sent: OnSent,
  flush: () => void,
): undefined | Sending {
  if ((features & Features.APART) !== 0 && !call.isBlocking && ApartRequest.isPossible(port, writer)) {
    const request = new ApartRequest(port, call, writer, writeHeader, sent, flush);
    const done = request.send(inOnePiece);
    return done && { done, abandon: () => request.abandon() };
  }
  const { length } = writer;
  if (length <= port.maxViewSize) {
    const view =
      call.isBlocking && port.waitForView !== undefined
        ? port.waitForView(length, call.deadline - performance.now())
        : port.allocateView(length);
    if (view instanceof Promise) {
      const done = view.then((allocated) => sendView(port, call, writer, allocated, writeHeader, sent));
      return { done, abandon: () => port.withdrawView?.(view) };
    }
    sendView(port, call, writer, view, writeHeader, sent);
    return undefined;
  }
  if (!port.allowsDirectMemory) {
    throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
      details: `the request has ${length} octets, and the server takes at most ${port.maxViewSize}`,
    });
  }
  writer.flatten();
  const { buffer } = writer;
  const start = buffer.length - length;
  call.retained = buffer;
  const message = formatHeader(writeHeader, RequestFlags.DIRECT, length);
  sent(
    port.send(MessageType.REQUEST, message, MESSAGE_LENGTH, 0, 0, {
      dataEntries: [buffer.subarray(start, start + length)],
    }),
  );
  return undefined;
}

function sendView(
  port: CommunicationPort,
  call: PendingCall,
  writer: Writer,
  view: View,
  writeHeader: WriteHeader,
  sent: OnSent,
): void {
  let isSent = false;
  try {
    if (!call.isSettled) {
      writer.copyTo(view.bytes, 0);
      const message = formatHeader(writeHeader, RequestFlags.VIEW_PRESENT, writer.length);
      const messageId = port.send(MessageType.REQUEST, message, MESSAGE_LENGTH, 0, 0, { view });
      isSent = true;
      sent(messageId);
    }
  } finally {
    if (!isSent) {
      view.release();
    }
  }
}

function formatHeader(writeHeader: WriteHeader, flags: number, size: number): Buffer {
  const message = Buffer.alloc(MESSAGE_LENGTH);
  const view = new DataView(message.buffer, message.byteOffset, MESSAGE_LENGTH);
  writeHeader(message, view, flags);
  writeLargeRequestSize(view, PORT_MESSAGE_SIZE, size);
  return message;
}
