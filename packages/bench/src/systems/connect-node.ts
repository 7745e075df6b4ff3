import { createServer } from "node:http2";
import { connect } from "node:net";
import { createClient } from "@connectrpc/connect";
import { connectNodeAdapter, createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { samplePayload } from "../sample-payload.js";
import type { PairedSystem } from "../system.js";
import { Echo } from "./echo-pb.js";
import { listenAt } from "./unix-socket.js";

/** HTTP wants an authority, even where no network is involved. */
const BASE_URL = "http://localhost";

/** Connect's protocol with protobuf-es, over HTTP/2 without TLS. */
export const connectNode: PairedSystem = {
  name: "connect-node",
  description: "Connect unary calls over HTTP/2 on a Unix socket, protobuf-es",
  kind: "peer",
  packages: ["@connectrpc/connect-node", "@connectrpc/connect", "@bufbuild/protobuf"],
  unavailable: {},

  async serve(path, listening) {
    const handler = connectNodeAdapter({
      routes: (router) =>
        router.service(Echo, {
          echo: ({ data }) => ({ data }),
          upload: ({ data }) => ({ length: data.length }),
          download: ({ length }) => ({ data: samplePayload(length) }),
        }),
    });
    await listenAt(createServer(handler), path);
    await listening();
  },

  async connect(path) {
    const session = new Http2SessionManager(BASE_URL, undefined, {
      createConnection: () => connect(path),
    });
    const transport = createConnectTransport({
      httpVersion: "2",
      baseUrl: BASE_URL,
      sessionManager: session,
    });
    const client = createClient(Echo, transport);
    return {
      call: (data) => client.echo({ data }),
      echo: async (data) => (await client.echo({ data })).data,
      upload: async (data) => (await client.upload({ data })).length,
      download: async (length) => (await client.download({ length })).data.length,
      close: () => session.abort(),
    };
  },
};
