import { ServerProcess } from "../../dist/server-process.js";
import { describeRuntime } from "../../runtime-suite.js";

describeRuntime("nt ports, across processes", async () => {
  const endpoint = `probe-${process.pid}`;
  const server = await ServerProcess.start({ endpoint });
  return {
    binding: `ncalrpc:[${endpoint}]`,
    options: {},
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});
