import { readFileSync } from "node:fs";

/** As /proc/meminfo (proc(5)) calls what the kernel keeps for sockets, descriptors and page tables, and shared memory. */
const FIELDS = ["Slab", "PageTables", "KernelStack", "Percpu", "Shmem"];

/** Octets that the whole machine's kernel has in use for such things; 0 where the system does not tell. */
export function kernelMemory(): number {
  try {
    return parseKernelMemory(readFileSync("/proc/meminfo", "utf8"));
  } catch {
    return 0;
  }
}

export function parseKernelMemory(meminfo: string): number {
  let kibibytes = 0;
  for (const [, name = "", value] of meminfo.matchAll(/^(\w+):\s+(\d+) kB$/gm)) {
    if (FIELDS.includes(name)) {
      kibibytes += Number(value);
    }
  }
  return kibibytes * 1_024;
}
