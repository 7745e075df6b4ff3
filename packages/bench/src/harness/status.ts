import { readFileSync } from "node:fs";
import { getHeapSpaceStatistics } from "node:v8";
import type { Status, StatusQuery } from "../system.js";
import { AllocationCounter } from "./allocation-counter.js";

let counter: AllocationCounter | null = null;

/** Status of this process; the allocations are those of this thread. */
export function ownStatus({ collect, allocations }: StatusQuery): Status {
  if (collect) {
    globalThis.gc?.();
    globalThis.gc?.();
  }
  const allocated = allocations === "end" && counter !== null ? counter.end() : 0;
  counter = allocations === "begin" ? new AllocationCounter() : null;
  const { user, system } = process.cpuUsage();
  return {
    cpu: user + system,
    residentSet: process.memoryUsage.rss(),
    anonymous: collect ? anonymousMemory() - youngGeneration() : 0,
    allocated,
  };
}

/**
 * Octets in which V8 makes new objects, most of them free again after a collection: they grow with how fast a process has
 * allocated lately, up to a size that is the same for all, and what is kept has left them.
 */
function youngGeneration(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name.startsWith("new_"))
    .reduce((sum, { physical_space_size }) => sum + physical_space_size, 0);
}

/** From Linux's /proc/PID/smaps_rollup (proc(5)), whose unit is KiB; 0 on other systems. */
function anonymousMemory(): number {
  try {
    const [, kibibytes = "0"] =
      /^Anonymous:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/smaps_rollup", "utf8")) ?? [];
    return Number(kibibytes) * 1_024;
  } catch {
    return 0;
  }
}
