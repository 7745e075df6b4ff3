import { defaultKernel } from "@ncalrpc/alpc";
import { memorySuite } from "../../../packages/alpc/test/memory-suite.js";
import { startProgram, stopProgram } from "../../../packages/alpc/test/server-process.js";

memorySuite("large data of the nt kernel", async () => {
  const name = `memory-${process.pid}`;
  const { child } = await startProgram("memory-server.mjs", [name]);
  return { kernel: defaultKernel(), name, close: () => stopProgram(child) };
});
