import { defaultKernel } from "@ncalrpc/alpc";
import { portSuite } from "../../../packages/alpc/test/port-suite.js";
import { type ServerProcess, startProgram, stopProgram } from "../../../packages/alpc/test/server-process.js";

portSuite("nt", async () => {
  const servers: ServerProcess[] = [];
  return {
    kernel: defaultKernel(),
    async startServer(attributes = {}) {
      const name = `ports-${process.pid}-${servers.length}`;
      const { child } = await startProgram("port-server.mjs", [name, JSON.stringify(attributes)]);
      servers.push(child);
      return name;
    },
    async stop() {
      await Promise.all(servers.map(stopProgram));
    },
  };
});
