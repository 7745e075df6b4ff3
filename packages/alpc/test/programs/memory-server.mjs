// Runs the memory service over the linux kernel: argv[2] is its name, argv[3] the memory mode. Says "ready"; ends with its input.
import { createLinuxKernel } from "../../dist/linux/linux-kernel.js";
import { startMemoryService } from "./memory-service.mjs";

startMemoryService(createLinuxKernel({ memoryMode: process.argv[3] }), process.argv[2]);
process.stdout.write("ready\n");
process.stdin.on("end", () => process.exit()).resume();
