import { createServer, type Socket } from "node:net";
import {
  createMessageConnection,
  type MessageConnection,
  RequestType,
  SocketMessageReader,
  SocketMessageWriter,
} from "vscode-jsonrpc/node";
import { samplePayload } from "../sample-payload.js";
import type { PairedSystem } from "../system.js";
import { connectTo, listenAt } from "./unix-socket.js";

interface Octets {
  /** Base64. */
  readonly data: string;
}

const Echo = new RequestType<Octets, Octets, void>("echo");
const Upload = new RequestType<Octets, number, void>("upload");
const Download = new RequestType<number, Octets, void>("download");

function converse(socket: Socket): MessageConnection {
  return createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
}

function encode(payload: Uint8Array): Octets {
  return { data: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("base64") };
}

/** The library under the language server protocol. */
export const vscodeJsonrpc: PairedSystem = {
  name: "vscode-jsonrpc",
  description: "JSON-RPC over a Unix socket, octets as base64",
  kind: "peer",
  packages: ["vscode-jsonrpc"],
  unavailable: {},

  async serve(path, listening) {
    const server = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      const connection = converse(socket);
      connection.onRequest(Echo, ({ data }) => encode(Buffer.from(data, "base64")));
      connection.onRequest(Download, (length) => encode(samplePayload(length)));
      connection.onRequest(Upload, ({ data }) => Buffer.from(data, "base64").length);
      connection.listen();
    });
    await listenAt(server, path);
    await listening();
  },

  async connect(path) {
    const connection = converse(await connectTo(path));
    connection.listen();
    const echo = async (payload: Uint8Array) =>
      Buffer.from((await connection.sendRequest(Echo, encode(payload))).data, "base64");
    return {
      call: echo,
      echo,
      download: async (length) =>
        Buffer.from((await connection.sendRequest(Download, length)).data, "base64").length,
      upload: async (payload) => await connection.sendRequest(Upload, encode(payload)),
      close: () => {
        connection.end();
        connection.dispose();
      },
    };
  },
};
