import { isMainThread } from "node:worker_threads";
import type { LibC } from "./libc.js";

const blocking = new Set<object>();
let isInstalled = false;

/**
 * Says that a worker thread is in a system call that a peer can make last without limit. Node waits for its threads when the
 * process exits; while one is here, the process ends by _exit(2) instead, after the exit listeners that came before
 * this one, and the kernel ends the threads. (A worker thread that ends does wait for its own workers.)
 */
export function enterBlocking(libc: LibC, who: object): void {
  blocking.add(who);
  if (isInstalled || !isMainThread) return;
  isInstalled = true;
  process.on("exit", (code) => {
    if (blocking.size > 0) libc._exit(code);
  });
}

export function leaveBlocking(who: object): void {
  blocking.delete(who);
}
