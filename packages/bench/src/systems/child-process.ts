import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PairedSystem, Status, StatusQuery } from "../system.js";
import { CallTable } from "./call-table.js";

export interface ChildRequest {
  readonly id: number;
  readonly method: "echo" | "upload" | "download" | "status";
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly query?: StatusQuery;
}

export interface ChildResponse {
  readonly id: number;
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly status?: Status;
}

const NOT_A_SERVER = "the server is a child that the client itself starts";

/** Node's own channel between a process and its child. */
export const childProcess: PairedSystem = {
  name: "child-process",
  description: "child_process IPC with advanced serialization",
  kind: "peer",
  packages: [],
  unavailable: { "start-up": NOT_A_SERVER },

  async connect() {
    const server = fork(fileURLToPath(new URL("./child-process-server.js", import.meta.url)), {
      serialization: "advanced",
    });
    const calls = new CallTable<ChildResponse>();
    server.on("message", (message) => {
      // The other end is child-process-server.ts.
      const response = message as ChildResponse;
      calls.settle(response.id, response);
    });
    server.on("exit", () => calls.failAll(new Error("the child has exited")));
    const call = (request: Omit<ChildRequest, "id">): Promise<ChildResponse> =>
      calls.call((id) => server.send({ id, ...request } satisfies ChildRequest));
    return {
      call: (data) => call({ method: "echo", data }),
      echo: async (data) => (await call({ method: "echo", data })).data ?? new Uint8Array(),
      upload: async (data) => (await call({ method: "upload", data })).length ?? -1,
      download: async (length) => (await call({ method: "download", length })).data?.length ?? -1,
      serverStatus: async (query) => {
        const { status } = await call({ method: "status", query });
        if (status === undefined) {
          throw new Error("the child did not tell its status");
        }
        return status;
      },
      close: () => void server.kill("SIGKILL"),
    };
  },
};
