import { createServer } from "node:net";
import { Conn } from "capnp-es";
import { samplePayload } from "../sample-payload.js";
import type { PairedSystem } from "../system.js";
import { CapnpTransport } from "./capnp-transport.js";
import { Echo, Entrance } from "./gen/echo_capnp.js";
import { connectTo, listenAt } from "./unix-socket.js";

const MIB = 1_024 * 1_024;

/** Cap'n Proto in TypeScript, whose remote calls are experimental. */
export const capnp: PairedSystem = {
  name: "capnp-es",
  description: "Cap'n Proto calls (capnp-es, experimental there) over a Unix socket",
  kind: "peer",
  packages: ["capnp-es"],
  unavailable: {},
  largestPayload: {
    octets: 32 * MIB,
    reason: "capnp-es reads at most 64 MiB of a message, headers included",
  },

  async serve(path, listening) {
    const echo = new Echo.Server({
      echo: async (request, response) => {
        const data = request.data.toUint8Array();
        response._initData(data.length).copyBuffer(data);
      },
      upload: async (request, response) => {
        response.length = request.data.toUint8Array().length;
      },
      download: async (request, response) => {
        response._initData(request.length).copyBuffer(samplePayload(request.length));
      },
    });
    const server = createServer((socket) => {
      const connection = new Conn(new CapnpTransport(socket));
      connection.onError = () => socket.destroy();
      connection.initMain(Entrance, {
        open: async (_request, response) => {
          response.echo = echo.client();
        },
      });
    });
    await listenAt(server, path);
    await listening();
  },

  async connect(path) {
    const connection = new Conn(new CapnpTransport(await connectTo(path)));
    connection.onError = () => {};
    const { echo: client } = await connection.bootstrap(Entrance).open().promise();
    const echo = async (payload: Uint8Array) => {
      const response = await client
        .echo((request) => void request._initData(payload.length).copyBuffer(payload))
        .promise();
      return response.data.toUint8Array();
    };
    return {
      call: echo,
      echo,
      upload: async (payload) => {
        const response = await client
          .upload((request) => void request._initData(payload.length).copyBuffer(payload))
          .promise();
        return response.length;
      },
      download: async (length) => {
        const response = await client
          .download((request) => {
            request.length = length;
          })
          .promise();
        return response.data.toUint8Array().length;
      },
      close: () => connection.shutdown(),
    };
  },
};
