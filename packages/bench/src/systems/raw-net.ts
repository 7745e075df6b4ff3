import { createServer } from "node:net";
import { samplePayload } from "../sample-payload.js";
import type { PairedSystem } from "../system.js";
import { CallTable } from "./call-table.js";
import { lineReader } from "./line-reader.js";
import { connectTo, listenAt } from "./unix-socket.js";

interface Request {
  readonly id: number;
  readonly method: "echo" | "upload" | "download";
  /** Base64. */
  readonly data?: string;
  readonly length?: number;
}

interface Response {
  readonly id: number;
  readonly data?: string;
  readonly length?: number;
}

/** What many programs write by hand. */
export const rawNet: PairedSystem = {
  name: "raw-net",
  description: "node:net over a Unix socket, JSON lines, octets as base64",
  kind: "peer",
  packages: [],
  unavailable: {},

  async serve(path, listening) {
    const server = createServer((socket) => {
      const answer = (response: Response) => socket.write(`${JSON.stringify(response)}\n`);
      const receive = lineReader((line) => {
        answer(handle(JSON.parse(line)));
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
    const call = (request: Omit<Request, "id">): Promise<Response> =>
      calls.call((id) => socket.write(`${JSON.stringify({ id, ...request } satisfies Request)}\n`));
    const echo = async (payload: Uint8Array) =>
      Buffer.from((await call({ method: "echo", data: encode(payload) })).data ?? "", "base64");
    return {
      call: echo,
      echo,
      upload: async (payload) => (await call({ method: "upload", data: encode(payload) })).length ?? -1,
      download: async (length) =>
        Buffer.from((await call({ method: "download", length })).data ?? "", "base64").length,
      close: () => void socket.destroy(),
    };
  },
};

function encode(payload: Uint8Array): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("base64");
}

function handle({ id, method, data = "", length = 0 }: Request): Response {
  switch (method) {
    case "echo":
      return { id, data: encode(Buffer.from(data, "base64")) };
    case "upload":
      return { id, length: Buffer.from(data, "base64").length };
    case "download":
      return { id, data: encode(samplePayload(length)) };
  }
}
