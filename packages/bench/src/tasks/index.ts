import { samplePayload } from "../sample-payload.js";
import type { Values } from "../scenario.js";
import type { Channel } from "../system.js";
import { measureLatency, measurePaced } from "./latency.js";
import { measureLoad, measureWork } from "./load.js";
import { measurePayload } from "./payload.js";
import type { Task } from "./task.js";

/** Does the task. `channels` are the connections of this process, at least one; `connect` makes another one. */
export async function perform(
  task: Task,
  channels: Channel[],
  connect: () => Promise<Channel>,
): Promise<Values> {
  const [channel] = channels;
  if (channel === undefined) {
    throw new Error("a task needs a connection");
  }
  switch (task.kind) {
    case "latency":
      return await measureLatency(channel, task.warmup, task.duration);
    case "paced":
      return await measurePaced(channel, task.interval, task.duration);
    case "load":
      return await measureLoad(channels.slice(0, task.connections), task.depth, task.from, task.until);
    case "work":
      return await measureWork(channel, task.depth, task.microseconds, task.from, task.until);
    case "payload":
      return await measurePayload(channel, task);
    case "open":
      while (channels.length < task.connections) {
        const opened = await connect();
        channels.push(opened);
        await opened.echo(samplePayload(64));
      }
      return {};
  }
}
