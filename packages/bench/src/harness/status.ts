import { readFileSync } from "node:fs";
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
    anonymous: collect ? anonymousMemory() : 0,
    allocated,
  };
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
