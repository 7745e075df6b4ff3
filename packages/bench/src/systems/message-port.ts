import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import type { PairedSystem, Status, StatusQuery } from "../system.js";
import { CallTable } from "./call-table.js";

export interface PortRequest {
  readonly id: number;
  readonly method: "echo" | "upload" | "download" | "status";
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly query?: StatusQuery;
}

export interface PortResponse {
  readonly id: number;
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly status?: Status;
}

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
    const calls = new CallTable<PortResponse>();
    port.on("message", (response: PortResponse) => calls.settle(response.id, response));
    worker.on("error", (error) => calls.failAll(error));
    worker.on("exit", () => calls.failAll(new Error("the thread has ended")));
    await once(worker, "online");
    const call = (request: Omit<PortRequest, "id">): Promise<PortResponse> =>
      calls.call((id) => port.postMessage({ id, ...request } satisfies PortRequest));
    return {
      call: (data) => call({ method: "echo", data }),
      echo: async (data) => (await call({ method: "echo", data })).data ?? new Uint8Array(),
      upload: async (data) => (await call({ method: "upload", data })).length ?? -1,
      download: async (length) => (await call({ method: "download", length })).data?.length ?? -1,
      serverStatus: async (query) => {
        const { status } = await call({ method: "status", query });
        if (status === undefined) {
          throw new Error("the thread did not tell its status");
        }
        return status;
      },
      close: async () => void (await worker.terminate()),
    };
  },
};
