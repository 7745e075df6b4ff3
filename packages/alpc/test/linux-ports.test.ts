import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLinuxKernel } from "../src/linux.js";
import { portSuite } from "./port-suite.js";
import { type ServerProcess, startProgram, stopProgram } from "./server-process.js";

portSuite("linux", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-ports-"));
  const environment = { NCALRPC_DIR: directory };
  const servers: ServerProcess[] = [];
  return {
    kernel: createLinuxKernel({ environment }),
    async startServer(attributes = {}) {
      const name = `server-${servers.length}`;
      const { child } = await startProgram(
        "port-server.mjs",
        [name, JSON.stringify(attributes)],
        environment,
      );
      servers.push(child);
      return name;
    },
    async stop() {
      await Promise.all(servers.map(stopProgram));
      rmSync(directory, { recursive: true });
    },
  };
});
