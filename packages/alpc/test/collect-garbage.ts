import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Collects until `isDone`, for at most ten seconds; answers whether it came to that. */
export async function collectUntil(isDone: () => boolean): Promise<boolean> {
  const end = performance.now() + 10_000;
  while (!isDone() && performance.now() < end) {
    collect();
    await delay(10);
  }
  return isDone();
}
