import { setTimeout as sleep } from "node:timers/promises";
import { samplePayload } from "../sample-payload.js";
import type { Values } from "../scenario.js";
import type { Channel } from "../system.js";

const SIZE = 64;

/** `from` and `until` are milliseconds since the epoch, so that several processes work at the same time. */
export async function measureLoad(
  channels: readonly Channel[],
  depth: number,
  from: number,
  until: number,
): Promise<Values> {
  const payload = samplePayload(SIZE);
  return await keepCalling(channels, depth, from, until, (channel) => channel.call(payload));
}

export async function measureWork(
  channel: Channel,
  depth: number,
  microseconds: number,
  from: number,
  until: number,
): Promise<Values> {
  const { work } = channel;
  if (work === undefined) {
    throw new Error("this system has no such method");
  }
  return await keepCalling([channel], depth, from, until, () => work(microseconds));
}

async function keepCalling(
  channels: readonly Channel[],
  depth: number,
  from: number,
  until: number,
  call: (channel: Channel) => unknown,
): Promise<Values> {
  const end = until - performance.timeOrigin;
  const start = from - performance.timeOrigin;
  let all = 0;
  let calls = 0;
  let first = 0;
  const keepGoing = async (channel: Channel) => {
    for (;;) {
      const reply = call(channel);
      if (reply instanceof Promise) {
        await reply;
      }
      all++;
      const now = performance.now();
      if (now >= end) {
        return;
      }
      if (now >= start) {
        first ||= now;
        calls++;
      }
    }
  };
  await sleep(0);
  await Promise.all(channels.flatMap((channel) => Array.from({ length: depth }, () => keepGoing(channel))));
  return { all, calls, seconds: first === 0 ? 0 : (end - first) / 1_000 };
}
