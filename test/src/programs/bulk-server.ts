// A server of the bulk interface: `node bulk-server.js '{"endpoint": ...}' [borrowed]`, ready when it sends "ready".
import { RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { registerBulk } from "../bulk-handlers.js";

const options: RpcServerOptions = JSON.parse(process.argv[2] ?? "{}");
const server = new RpcServer(options);
registerBulk(server, process.argv[3] === "borrowed" ? "borrowed" : "owned");
await server.listen();
process.send?.("ready");
process.on("disconnect", () => process.exit());
