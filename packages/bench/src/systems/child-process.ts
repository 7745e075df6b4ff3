import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ServerStatus, System } from "../system.js";
import { CallTable } from "./call-table.js";

export interface ChildRequest {
  readonly id: number;
  readonly method: "echo" | "upload" | "status";
  readonly data?: Uint8Array;
}

export interface ChildResponse {
  readonly id: number;
  readonly data?: Uint8Array;
  readonly length?: number;
  readonly status?: ServerStatus;
}

const NOT_A_SERVER = "the server is a child that the client itself starts";

/** Node's own channel between a process and its child. */
export const childProcess: System = {
  name: "child-process",
  description: "child_process IPC with advanced serialization",
  packages: [],
  unavailable: { "cold-start": NOT_A_SERVER, "idle-memory": NOT_A_SERVER },

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
    const call = (method: ChildRequest["method"], data?: Uint8Array): Promise<ChildResponse> =>
      calls.call((id) => server.send((data ? { id, method, data } : { id, method }) satisfies ChildRequest));
    return {
      echo: async (payload) => (await call("echo", payload)).data ?? new Uint8Array(),
      upload: async (payload) => (await call("upload", payload)).length ?? -1,
      serverStatus: async () => {
        const { status } = await call("status");
        if (status === undefined) {
          throw new Error("the child did not tell its status");
        }
        return status;
      },
      close: () => void server.kill("SIGKILL"),
    };
  },
};
