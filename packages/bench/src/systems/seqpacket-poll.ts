import koffi, { type node } from "koffi";
import type { PairedSystem } from "../system.js";
import { HotLoop } from "./hot-loop.js";
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

function polled(name: string, description: string, hot: boolean): PairedSystem {
  return {
    name,
    description,
    kind: "floor",
    packages: ["koffi"],
    only: hot ? ["unary", "in-flight"] : ["unary", "in-flight", "clients", "fairness", "idle"],
    unavailable: {},

    async serve(path, listening) {
      const listener = listenPacket(path);
      const buffer = Buffer.alloc(MOST_OCTETS);
      const loop = hot ? new HotLoop() : null;
      // A poll handle that nobody holds is collected, and stops.
      const handles = new Set<node.PollHandle>();
      const serveConnection = (fd: number) => {
        const handle = koffi.node.poll(fd, { readable: true }, () => {
          loop?.stayHot();
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
      const loop = hot ? new HotLoop() : null;
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
          loop?.stayHot();
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
}

/** Floor: the same packets on two sleeping event loops. */
export const seqpacketPoll = polled(
  "seqpacket-poll",
  "floor: bare SOCK_SEQPACKET through koffi, both ends on the event loop by koffi.node.poll, no codec",
  false,
);

/** Floor: the same, with both event loops kept from sleeping while calls are made. */
export const seqpacketPollHot = polled(
  "seqpacket-poll-hot",
  "floor: as seqpacket-poll, both event loops kept spinning by setImmediate (a core each)",
  true,
);
