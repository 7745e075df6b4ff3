import type { System } from "../system.js";
import {
  acceptPacket,
  answerPacket,
  closePacket,
  connectPacket,
  dieWithParent,
  listenPacket,
  MOST_OCTETS,
  receivePacket,
  sendPacket,
} from "./seqpacket.js";

const TOO_LARGE = "larger than one packet";

/** Floor: what the kernel and the FFI take when nobody uses an event loop. */
export const seqpacketBlocking: System = {
  name: "seqpacket-blocking",
  description: "floor: bare SOCK_SEQPACKET through koffi, both ends blocked in recv, no codec, no event loop",
  packages: ["koffi"],
  unavailable: {
    "in-flight": "a blocked client has one call at a time",
    "payload-1MiB": TOO_LARGE,
    "payload-64MiB": TOO_LARGE,
    "idle-memory": "a blocked server has one connection at a time",
  },

  async serve(path, listening) {
    dieWithParent();
    const listener = listenPacket(path, true);
    const buffer = Buffer.alloc(MOST_OCTETS);
    await listening();
    for (;;) {
      const connection = acceptPacket(listener, true);
      if (connection === null) {
        continue;
      }
      for (
        let length = receivePacket(connection, buffer);
        length;
        length = receivePacket(connection, buffer)
      ) {
        answerPacket(connection, buffer, length);
      }
      closePacket(connection);
    }
  },

  async connect(path) {
    dieWithParent();
    const fd = connectPacket(path, true);
    const buffer = Buffer.alloc(MOST_OCTETS);
    const call = (payload: Uint8Array): Buffer => {
      sendPacket(fd, payload);
      const length = receivePacket(fd, buffer);
      if (!length) {
        throw new Error("the server closed the connection");
      }
      return buffer.subarray(0, length);
    };
    return {
      echo: call,
      upload: (payload) => call(payload).readUInt32LE(0),
      close: () => closePacket(fd),
    };
  },
};
