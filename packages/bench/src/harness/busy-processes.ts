import { spawn } from "node:child_process";
import { once } from "node:events";

/** Ends by itself when the harness is gone. */
const PROGRAM = `process.send("up"); const parent = process.ppid;
for (;;) { const end = performance.now() + 500; while (performance.now() < end); if (process.ppid !== parent) process.exit(); }`;

/** Other programs that want a processor each, all the time. Disposing of it ends them. */
export class BusyProcesses implements Disposable {
  readonly #processes;

  private constructor(count: number) {
    this.#processes = Array.from({ length: count }, () =>
      spawn(process.execPath, ["-e", PROGRAM], { stdio: ["ignore", "ignore", "ignore", "ipc"] }),
    );
  }

  /** Resolves once all of them are at work. */
  static async start(count: number): Promise<BusyProcesses> {
    const processes = new BusyProcesses(count);
    await Promise.all(processes.#processes.map((process) => once(process, "message")));
    return processes;
  }

  [Symbol.dispose](): void {
    for (const process of this.#processes) {
      process.kill("SIGKILL");
    }
  }
}
