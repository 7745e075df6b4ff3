import type { ConnectionPort, Kernel, PortAttributes } from "../../src/kernel.js";

export function ownResources(): { descriptors: number; mappings: number };
export function startMemoryService(
  kernel: Kernel,
  name: string,
  options?: Partial<PortAttributes>,
): ConnectionPort;
