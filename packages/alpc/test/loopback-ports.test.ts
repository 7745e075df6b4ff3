import type { ConnectionPort } from "../src/index.js";
import { createLoopbackKernel } from "../src/loopback.js";
import { portSuite } from "./port-suite.js";
import { allow, startTestServer } from "./programs/test-server.mjs";

portSuite("loopback", async () => {
  const kernel = createLoopbackKernel();
  const servers: ConnectionPort[] = [];
  return {
    kernel,
    async startServer(attributes = {}) {
      const name = `server-${servers.length}`;
      const { user } = kernel.currentToken();
      servers.push(startTestServer(kernel, name, { securityDescriptor: allow(user, user), ...attributes }));
      return name;
    },
    async stop() {
      for (const server of servers) server.close();
    },
  };
});
