import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { RpcServer } from "@ncalrpc/runtime";
import { registerProbes } from "./dist/probe-handlers.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";
import { describeRuntime } from "./runtime-suite.js";

describeRuntime("linux ports, across processes", async () => {
  const directory = useEndpointDirectory();
  const server = await ServerProcess.start({ endpoint: "probe" });
  return {
    binding: "ncalrpc:[probe]",
    options: {},
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
});

describeRuntime("linux ports, across processes, in NDR64", async () => {
  const directory = useEndpointDirectory();
  const server = await ServerProcess.start({ endpoint: "probe" });
  return {
    binding: "ncalrpc:[probe]",
    options: { transferSyntax: "ndr64" },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
});

describeRuntime("loopback ports, in one process", async () => {
  const kernel = createLoopbackKernel();
  const server = new RpcServer({ endpoint: "probe", kernel });
  registerProbes(server);
  await server.listen();
  return {
    binding: "ncalrpc:[probe]",
    options: { kernel },
    [Symbol.asyncDispose]: () => server.close(),
  };
});
