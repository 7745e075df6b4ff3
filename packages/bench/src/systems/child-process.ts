import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { PairedSystem } from "../system.js";
import { CallTable } from "./call-table.js";
import { type MessageResponse, messageChannel } from "./message-channel.js";

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
    const calls = new CallTable<MessageResponse>();
    server.on("message", (message) => {
      // The other end is child-process-server.ts.
      const response = message as MessageResponse;
      calls.settle(response.id, response);
    });
    server.on("exit", () => calls.failAll(new Error("the child has exited")));
    return messageChannel(
      calls,
      (request) => server.send(request),
      () => void server.kill("SIGKILL"),
    );
  },
};
