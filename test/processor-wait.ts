import { readFileSync } from "node:fs";

/**
 * Milliseconds that the first threads of processes have been ready to run and had no processor, because others had it: the
 * second number of /proc/PID/schedstat. 0 on systems that do not tell.
 */
export function processorWait(pids: readonly number[]): number {
  if (process.platform !== "linux") return 0;
  const waits = pids.map((pid) => Number(readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ")[1]));
  return waits.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6;
}
