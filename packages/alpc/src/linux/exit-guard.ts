import type { LibC } from "./libc.js";

const stuck = new Set<object>();
let isInstalled = false;

/**
 * Worker threads that a system call may hold without limit. Node waits for its threads when it exits, so as long
 * as one is here the process ends by _exit(2), after every other exit listener, and the kernel ends the threads.
 */
export function markStuck(libc: LibC, worker: object): void {
  stuck.add(worker);
  if (isInstalled) return;
  isInstalled = true;
  process.on("exit", (code) => {
    if (stuck.size > 0) libc._exit(code);
  });
}

export function unmarkStuck(worker: object): void {
  stuck.delete(worker);
}
