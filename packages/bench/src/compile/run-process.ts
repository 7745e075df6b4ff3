import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setInterval, setTimeout } from "node:timers";

/** What a process took. */
export interface Cost {
  /** Milliseconds from start to end. */
  readonly time: number;
  /** Most MiB of memory, of it and the processes it started, as sampled. */
  readonly memory: number;
  /** Whether it was ended before it came to its end. */
  readonly isCut: boolean;
}

const SAMPLE_TIME = 10;

/** Runs a program to its end, or for `limit` milliseconds. Throws if it fails, with what it said. */
export function runProcess(
  command: string,
  args: readonly string[],
  cwd: string,
  limit: number,
): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    // A group of its own: what it starts has to end with it.
    const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"], detached: true });
    let isCut = false;
    const end = setTimeout(() => {
      isCut = true;
      if (child.pid !== undefined) process.kill(-child.pid);
    }, limit);
    let said = "";
    let peak = 0;
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const timer = setInterval(() => {
      peak = Math.max(peak, child.pid === undefined ? 0 : residentBelow(child.pid));
    }, SAMPLE_TIME);
    child.once("error", (error) => {
      clearInterval(timer);
      clearTimeout(end);
      reject(error);
    });
    child.once("close", (status) => {
      clearInterval(timer);
      clearTimeout(end);
      const time = performance.now() - start;
      if (isCut || status === 0) resolve({ time, memory: peak, isCut });
      else reject(new Error(`${command} ${args.join(" ")}: status ${status}, ${said.trim()}`));
    });
  });
}

/** MiB that a process and those below it hold; 0 where /proc does not tell. */
function residentBelow(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const kibibytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    const below = children === "" ? [] : children.split(" ").map(Number);
    return below.reduce((sum, child) => sum + residentBelow(child), kibibytes / 1_024);
  } catch {
    return 0;
  }
}
