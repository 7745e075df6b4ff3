import { fileURLToPath } from "node:url";
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { loadSync, type MethodDefinition, type ServiceDefinition } from "@grpc/proto-loader";
import { samplePayload } from "../sample-payload.js";
import type { PairedSystem } from "../system.js";

interface Payload {
  readonly data: Uint8Array;
}

interface Length {
  readonly length: number;
}

const UNLIMITED = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
};

function loadEchoService(): ServiceDefinition {
  const file = fileURLToPath(new URL("../../proto/echo.proto", import.meta.url));
  const service = loadSync(file)["bench.Echo"];
  if (service === undefined || "format" in service) {
    throw new Error(`${file} does not define the service bench.Echo`);
  }
  return service as ServiceDefinition;
}

function unaryCall<Q extends object, S extends object>(
  client: Client,
  method: MethodDefinition<object, object>,
) {
  return (request: Q): Promise<S> =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        // The reply has the fields of the service's message in echo.proto.
        (octets) => method.responseDeserialize(octets) as S,
        request,
        (error, response) => {
          if (response === undefined) {
            reject(error ?? new Error("a reply without a message"));
          } else {
            resolve(response);
          }
        },
      );
    });
}

/** gRPC's own implementation for Node, with protobufjs as its proto-loader sets it up. */
export const grpcJs: PairedSystem = {
  name: "grpc-js",
  description: "gRPC unary calls over a Unix socket, protobuf through proto-loader",
  kind: "peer",
  packages: ["@grpc/grpc-js", "@grpc/proto-loader"],
  unavailable: {},

  async serve(path, listening) {
    const server = new Server(UNLIMITED);
    server.addService(loadEchoService(), {
      Echo: (call: ServerUnaryCall<Payload, Payload>, reply: sendUnaryData<Payload>) =>
        reply(null, { data: call.request.data }),
      Upload: (call: ServerUnaryCall<Payload, Length>, reply: sendUnaryData<Length>) =>
        reply(null, { length: call.request.data.length }),
      Download: (call: ServerUnaryCall<Length, Payload>, reply: sendUnaryData<Payload>) =>
        reply(null, { data: samplePayload(call.request.length) }),
    });
    await new Promise<void>((resolve, reject) => {
      server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      );
    });
    await listening();
  },

  async connect(path) {
    const { Echo, Upload, Download } = loadEchoService();
    if (Echo === undefined || Upload === undefined || Download === undefined) {
      throw new Error("echo.proto does not define the methods Echo, Upload and Download");
    }
    const client = new Client(`unix:${path}`, credentials.createInsecure(), {
      ...UNLIMITED,
      // Or all clients of this process would share one connection.
      "grpc.use_local_subchannel_pool": 1,
    });
    const echo = unaryCall<Payload, Payload>(client, Echo);
    const upload = unaryCall<Payload, Length>(client, Upload);
    const download = unaryCall<Length, Payload>(client, Download);
    return {
      call: (data) => echo({ data }),
      echo: async (payload) => (await echo({ data: payload })).data,
      upload: async (payload) => (await upload({ data: payload })).length,
      download: async (length) => (await download({ length })).data.length,
      close: () => client.close(),
    };
  },
};
