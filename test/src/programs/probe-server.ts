// A server of the probe interfaces: `node probe-server.js '{"endpoint": ...}'`, ready when it sends "ready".
import { RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { registerProbes } from "../probe-handlers.js";

const options: RpcServerOptions = JSON.parse(process.argv[2] ?? "{}");
const server = new RpcServer(options);
registerProbes(server);
await server.listen();
process.send?.("ready");
process.on("message", (message) => {
  if (message === "close") {
    void server.close({ grace: 2_000 }).then(() => process.disconnect());
  } else if (message === "memory") {
    globalThis.gc?.();
    process.send?.({ memory: process.memoryUsage() });
  }
});
process.on("disconnect", () => process.exit());
