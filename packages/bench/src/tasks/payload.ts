import { median } from "../harness/statistics.js";
import { samplePayload } from "../sample-payload.js";
import type { Values } from "../scenario.js";
import type { Channel } from "../system.js";
import type { Task } from "./task.js";

/** Milliseconds. A call that takes longer than this counts, even if it is the first. */
const SLOW = 250;
/** Milliseconds. One call that takes longer than this is enough. */
const VERY_SLOW = 1_000;

export async function measurePayload(
  channel: Channel,
  { direction, size, warmup, duration, calls }: Extract<Task, { kind: "payload" }>,
): Promise<Values> {
  if (direction === "download" && channel.download === undefined) {
    return {};
  }
  const octets = direction === "download" ? new Uint8Array() : samplePayload(size);
  const move = async (): Promise<number> => {
    const before = performance.now();
    const length = await transfer(channel, direction, octets, size);
    const elapsed = performance.now() - before;
    if (length !== size) {
      throw new Error(`${direction}: ${length} of ${size} octets arrived`);
    }
    return elapsed;
  };

  const warm = performance.now() + warmup;
  let last: number;
  do {
    last = await move();
  } while (performance.now() < warm);
  const times: number[] = last > SLOW ? [last] : [];
  if (last > VERY_SLOW) {
    return { time: last };
  }
  const end = performance.now() + duration;
  while (times.length < calls || performance.now() < end) {
    times.push(await move());
  }
  return { time: median(times) };
}

async function transfer(
  channel: Channel,
  direction: "upload" | "download" | "echo",
  octets: Uint8Array,
  size: number,
): Promise<number | undefined> {
  switch (direction) {
    case "upload":
      return await channel.upload(octets);
    case "download":
      return await channel.download?.(size);
    case "echo":
      return (await channel.echo(octets)).length;
  }
}
