import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import type { PairedSystem } from "../system.js";
import { CallTable } from "./call-table.js";
import { type MessageResponse, messageChannel } from "./message-channel.js";

const NO_PROCESS = "the server is a thread of its client";

/** Node's channel between threads of one process: no other process to reach, and none to be protected from. */
export const messagePort: PairedSystem = {
  name: "message-port",
  description:
    "MessagePort between two threads of one process, whose processor time is all counted as the client's",
  kind: "peer",
  packages: [],
  unavailable: { "start-up": NO_PROCESS },

  async connect() {
    const worker = new Worker(new URL("./message-port-server.js", import.meta.url));
    const { port1: port, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    const calls = new CallTable<MessageResponse>();
    port.on("message", (response: MessageResponse) => calls.settle(response.id, response));
    worker.on("error", (error) => calls.failAll(error));
    worker.on("exit", () => calls.failAll(new Error("the thread has ended")));
    await once(worker, "online");
    return messageChannel(
      calls,
      (request) => port.postMessage(request),
      async () => void (await worker.terminate()),
    );
  },
};
