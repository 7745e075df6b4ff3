import koffi, { type node } from "koffi";
import type { PairedSystem } from "../system.js";
import {
  acceptPacket,
  answerPacket,
  closePacket,
  connectPacket,
  listenPacket,
  MOST_OCTETS,
  receivePacket,
  sendPacket,
} from "./seqpacket.js";

/** Floor: bare packets on two event loops that sleep. */
export const seqpacketPoll: PairedSystem = {
  name: "seqpacket-poll",
  description:
    "floor: bare SOCK_SEQPACKET through koffi, both ends on the event loop by koffi.node.poll, no codec",
  kind: "floor",
  packages: ["koffi"],
  only: ["unary", "in-flight", "clients", "fairness", "idle"],
  unavailable: {},

  async serve(path, listening) {
    const listener = listenPacket(path);
    const buffer = Buffer.alloc(MOST_OCTETS);
    // A poll handle that nobody holds is collected, and stops.
    const handles = new Set<node.PollHandle>();
    const serveConnection = (fd: number) => {
      const handle = koffi.node.poll(fd, { readable: true }, () => {
        for (let length = receivePacket(fd, buffer); length !== null; length = receivePacket(fd, buffer)) {
          if (length === 0) {
            handles.delete(handle);
            handle.close();
            closePacket(fd);
            return;
          }
          answerPacket(fd, buffer, length);
        }
      });
      handles.add(handle);
    };
    const acceptor = koffi.node.poll(listener, { readable: true }, () => {
      for (let fd = acceptPacket(listener); fd !== null; fd = acceptPacket(listener)) {
        serveConnection(fd);
      }
    });
    handles.add(acceptor);
    await listening();
  },

  async connect(path) {
    const fd = connectPacket(path);
    const buffer = Buffer.alloc(MOST_OCTETS);
    // Replies come in the order of the requests.
    const waiting: { resolve(reply: Buffer): void; reject(error: Error): void }[] = [];
    let first = 0;
    const handle = koffi.node.poll(fd, { readable: true }, () => {
      for (let length = receivePacket(fd, buffer); length !== null; length = receivePacket(fd, buffer)) {
        if (length === 0) {
          handle.stop();
          for (const call of waiting.splice(0).slice(first)) {
            call.reject(new Error("the server closed the connection"));
          }
          return;
        }
        waiting[first++]?.resolve(Buffer.from(buffer.subarray(0, length)));
        if (first === waiting.length) {
          waiting.length = 0;
          first = 0;
        }
      }
    });
    const call = (payload: Uint8Array): Promise<Buffer> =>
      new Promise((resolve, reject) => {
        sendPacket(fd, payload);
        waiting.push({ resolve, reject });
      });
    return {
      call,
      echo: call,
      upload: async (payload) => (await call(payload)).readUInt32LE(0),
      close: () => {
        handle.close();
        closePacket(fd);
      },
    };
  },
};
