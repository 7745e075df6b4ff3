import { spawn } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { median } from "../harness/statistics.js";

const CHANGES = 5;
const POLL = 2;
const PATIENCE = 30_000;

/**
 * Milliseconds from a change of an IDL file, which adds a method to its interface, to the new module in `out`, of a command
 * that watches it: the median of a few.
 */
export async function timeWatch(
  command: string,
  args: readonly string[],
  idl: string,
  out: string,
): Promise<number> {
  const text = readFileSync(idl, "utf8");
  const module = join(out, `${basename(idl, ".idl")}.ts`);
  const child = spawn(command, args, { stdio: "ignore" });
  try {
    await changeOf(module, 0);
    // The watcher says nothing that can be waited for; its first generation is over, and it settles.
    await sleep(500);
    const times: number[] = [];
    for (let i = 0; i < CHANGES; i++) {
      const before = statSync(module).mtimeMs;
      const start = performance.now();
      writeFileSync(idl, text.replace(/\}\s*$/, `  void Added${i}();\n}\n`));
      await changeOf(module, before);
      times.push(performance.now() - start);
      await sleep(200);
    }
    return median(times);
  } finally {
    child.kill();
    writeFileSync(idl, text);
  }
}

/** Waits until a file is newer than it was. */
async function changeOf(file: string, before: number): Promise<void> {
  for (let waited = 0; waited < PATIENCE; waited += POLL) {
    const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (time > before) return;
    await sleep(POLL);
  }
  throw new Error(`${file} was not written anew within ${PATIENCE} ms`);
}
