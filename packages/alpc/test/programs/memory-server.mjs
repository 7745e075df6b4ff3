// Runs the memory service: argv[2] is its name, argv[3] the memory mode of a linux kernel. Says "ready"; ends with its input.
import { defaultKernel } from "../../dist/index.js";
import { createLinuxKernel } from "../../dist/linux.js";
import { startMemoryService } from "./memory-service.mjs";

const [name, memoryMode] = process.argv.slice(2);
const service = startMemoryService(
  memoryMode === undefined ? defaultKernel() : createLinuxKernel({ memoryMode }),
  name,
);
process.stdout.write("ready\n");
process.stdin.on("end", () => service.close()).resume();
