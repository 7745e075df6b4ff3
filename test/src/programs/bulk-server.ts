// A server of the bulk interface: `node bulk-server.js '{"endpoint": ...}' [borrowed|view]`, ready when it sends "ready".
import { type RequestBytes, RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { registerBulk } from "../bulk-handlers.js";

const options: RpcServerOptions = JSON.parse(process.argv[2] ?? "{}");
const server = new RpcServer(options);
registerBulk(server, requestBytes());
await server.listen();
process.send?.("ready");
process.on("disconnect", () => process.exit());

function requestBytes(): RequestBytes {
  const [, , , given] = process.argv;
  return given === "borrowed" || given === "view" ? given : "owned";
}
