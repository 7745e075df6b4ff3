// A server of the probe interfaces: `node probe-server.js '{"endpoint": ...}' [journal]`, ready when it sends "ready".
import { openSync, writeSync } from "node:fs";
import { RpcServer, type RpcServerOptions } from "@ncalrpc/runtime";
import { registerProbes } from "../probe-handlers.js";

const options: RpcServerOptions = JSON.parse(process.argv[2] ?? "{}");
const server = new RpcServer(options);
const journal = process.argv[3];
if (journal === undefined) {
  registerProbes(server);
} else {
  // Written line by line, so that whoever kills this process can read what it had done.
  const file = openSync(journal, "a");
  registerProbes(server, (line) => void writeSync(file, `${line}\n`));
}
await server.listen();
const exit = () => process.exit();
process.send?.("ready");
process.on("message", (message) => {
  if (message === "close") {
    // Nothing is left that would keep this process from ending by itself.
    process.off("disconnect", exit);
    void server.close({ grace: 2_000 }).then(() => process.disconnect());
  } else if (message === "memory") {
    globalThis.gc?.();
    process.send?.({ memory: process.memoryUsage() });
  }
});
process.on("disconnect", exit);
