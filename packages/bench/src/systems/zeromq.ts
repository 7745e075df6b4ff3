import { Dealer, Router, version } from "zeromq";
import { samplePayload } from "../sample-payload.js";
import type { PairedSystem } from "../system.js";
import { CallTable } from "./call-table.js";

const ECHO = 0;
const UPLOAD = 1;
const DOWNLOAD = 2;

/** Call id and method, both four octets, before the payload: the frame that an application on ZeroMQ would put there. */
function header(id: number, method: number): Buffer {
  const octets = Buffer.allocUnsafe(8);
  octets.writeUInt32LE(id, 0);
  octets.writeUInt32LE(method, 4);
  return octets;
}

function length(octets: number): Buffer {
  const frame = Buffer.allocUnsafe(4);
  frame.writeUInt32LE(octets, 0);
  return frame;
}

/** Octets that ZeroMQ queues are not to be changed before they are sent. */
function answer(method: number, payload: Buffer): Uint8Array {
  switch (method) {
    case ECHO:
      return payload;
    case UPLOAD:
      return length(payload.length);
    default:
      return samplePayload(payload.readUInt32LE(0));
  }
}

/** Message queues in native code, with threads of their own for the sockets. */
export const zeromq: PairedSystem = {
  name: "zeromq",
  description: `zeromq.js (libzmq ${version}): dealer and router over a Unix socket, frames of octets, no codec`,
  kind: "peer",
  packages: ["zeromq"],
  unavailable: {},

  async serve(path, listening) {
    const router = new Router({ sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    await router.bind(`ipc://${path}`);
    await listening();
    for await (const [peer, head, payload] of router) {
      if (peer !== undefined && head !== undefined && payload !== undefined) {
        await router.send([peer, head, answer(head.readUInt32LE(4), payload)]);
      }
    }
  },

  async connect(path) {
    const dealer = new Dealer({ sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    dealer.connect(`ipc://${path}`);
    const calls = new CallTable<Buffer>();
    const receive = async () => {
      for await (const [head, payload] of dealer) {
        if (head !== undefined && payload !== undefined) {
          calls.settle(head.readUInt32LE(0), payload);
        }
      }
    };
    void receive().catch((error: Error) => calls.failAll(error));
    const outgoing: [Buffer, Uint8Array][] = [];
    let sending = false;
    // A socket takes one send at a time.
    const send = async () => {
      sending = true;
      for (let next = outgoing.shift(); next !== undefined; next = outgoing.shift()) {
        await dealer.send(next);
      }
      sending = false;
    };
    const call = (method: number, payload: Uint8Array): Promise<Buffer> =>
      calls.call((id) => {
        outgoing.push([header(id, method), payload]);
        if (!sending) {
          void send().catch((error: Error) => calls.failAll(error));
        }
      });
    return {
      call: (payload) => call(ECHO, payload),
      echo: (payload) => call(ECHO, payload),
      upload: async (payload) => (await call(UPLOAD, payload)).readUInt32LE(0),
      download: async (octets) => (await call(DOWNLOAD, length(octets))).length,
      close: () => dealer.close(),
    };
  },
};
