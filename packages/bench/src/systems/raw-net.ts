import { createServer } from "node:net";
import type { System } from "../system.js";
import { CallTable } from "./call-table.js";
import { lineReader } from "./line-reader.js";
import { connectTo, listenAt } from "./unix-socket.js";

interface Request {
  readonly id: number;
  readonly method: "echo" | "upload";
  /** Base64. */
  readonly data: string;
}

interface Response {
  readonly id: number;
  readonly data?: string;
  readonly length?: number;
}

/** What many programs write by hand. */
export const rawNet: System = {
  name: "raw-net",
  description: "node:net over a Unix socket, JSON lines, octets as base64",
  packages: [],
  unavailable: {},

  async serve(path, listening) {
    const server = createServer((socket) => {
      const answer = (response: Response) => socket.write(`${JSON.stringify(response)}\n`);
      const receive = lineReader((line) => {
        const { id, method, data }: Request = JSON.parse(line);
        const octets = Buffer.from(data, "base64");
        answer(method === "echo" ? { id, data: octets.toString("base64") } : { id, length: octets.length });
      });
      socket.on("data", receive);
      socket.on("error", () => socket.destroy());
    });
    await listenAt(server, path);
    await listening();
  },

  async connect(path) {
    const socket = await connectTo(path);
    const calls = new CallTable<Response>();
    const receive = lineReader((line) => {
      const response: Response = JSON.parse(line);
      calls.settle(response.id, response);
    });
    socket.on("data", receive);
    socket.on("error", (error) => calls.failAll(error));
    socket.on("close", () => calls.failAll(new Error("the server closed the connection")));
    const call = (method: Request["method"], payload: Uint8Array): Promise<Response> => {
      const octets = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      const data = octets.toString("base64");
      return calls.call((id) => socket.write(`${JSON.stringify({ id, method, data } satisfies Request)}\n`));
    };
    return {
      echo: async (payload) => Buffer.from((await call("echo", payload)).data ?? "", "base64"),
      upload: async (payload) => (await call("upload", payload)).length ?? -1,
      close: () => void socket.destroy(),
    };
  },
};
