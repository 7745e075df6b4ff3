import { createServer, type Socket } from "node:net";
import {
  createMessageConnection,
  type MessageConnection,
  RequestType,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node";
import type { System } from "../system.js";
import { connectTo, listenAt } from "./unix-socket.js";

interface Octets {
  /** Base64. */
  readonly data: string;
}

const Echo = new RequestType<Octets, Octets, void>("echo");
const Upload = new RequestType<Octets, number, void>("upload");

function converse(socket: Socket): MessageConnection {
  return createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
}

/** The library under the language server protocol. */
export const vscodeJsonrpc: System = {
  name: "vscode-jsonrpc",
  description: "JSON-RPC over a Unix socket, octets as base64",
  packages: ["vscode-jsonrpc"],
  unavailable: {},

  async serve(path, listening) {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      const connection = converse(socket);
      connection.onRequest(Echo, ({ data }) => ({ data: Buffer.from(data, "base64").toString("base64") }));
      connection.onRequest(Upload, ({ data }) => Buffer.from(data, "base64").length);
      connection.listen();
    });
    await listenAt(server, path);
    await listening();
  },

  async connect(path) {
    const connection = converse(await connectTo(path));
    connection.listen();
    const encode = (payload: Uint8Array): Octets => ({
      data: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("base64"),
    });
    return {
      echo: async (payload) => {
        const { data } = await connection.sendRequest(Echo, encode(payload));
        return Buffer.from(data, "base64");
      },
      upload: async (payload) => await connection.sendRequest(Upload, encode(payload)),
      close: () => {
        connection.end();
        connection.dispose();
      },
    };
  },
};
