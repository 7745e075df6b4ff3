import { basename } from "node:path";
import { formatStringBinding, RpcServer } from "@ncalrpc/runtime";
import { Echo } from "../gen/echo.js";
import type { System } from "../system.js";

/** What idle-memory opens must fit. */
const CONNECTIONS = 4_096;

/** Ours, with the defaults of the runtime: identity and access are checked for every call. */
export const ncalrpc: System = {
  name: "ncalrpc",
  description: "ours: generated stubs, NDR, LRPC, an access check per call, over an ALPC port",
  packages: ["koffi"],
  unavailable: {},

  async serve(path, listening) {
    const server = new RpcServer({
      endpoint: basename(path),
      port: { limits: { maxConnections: CONNECTIONS, maxConnectionsPerUser: CONNECTIONS } },
    });
    server.register(Echo, {
      echo: (data) => ({ data }),
      upload: (data) => data.length,
    });
    await server.listen();
    await listening();
  },

  async connect(path) {
    const client = await Echo.connect(formatStringBinding(basename(path)));
    return {
      echo: async (payload) => (await client.echo(payload)).data,
      upload: (payload) => client.upload(payload),
      close: () => client.close(),
    };
  },
};
