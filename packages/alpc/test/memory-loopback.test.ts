import { createLoopbackKernel } from "../src/loopback/loopback-kernel.js";
import { memorySuite } from "./memory-suite.js";
import { startMemoryService } from "./programs/memory-service.mjs";

memorySuite("loopback", () => {
  const kernel = createLoopbackKernel();
  const service = startMemoryService(kernel, "memory");
  return { kernel, name: "memory", close: () => service.close() };
});
