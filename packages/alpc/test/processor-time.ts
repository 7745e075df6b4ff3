import { setTimeout as delay } from "node:timers/promises";

/**
 * Milliseconds of processor time that this process uses in the next so many milliseconds. The engine's compiler and collector
 * use some of an idle process's, now and then.
 */
export async function processorTime(milliseconds: number): Promise<number> {
  const before = process.cpuUsage();
  await delay(milliseconds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
