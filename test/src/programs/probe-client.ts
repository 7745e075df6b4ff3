// A client of the probe interfaces that does what its parent tells it.
import { setTimeout as delay } from "node:timers/promises";
import { RpcError } from "@ncalrpc/runtime";
import type { CallableMethod, CallStatistics, ClientAnswer, ClientCommand } from "../client-process.js";
import { type Counter, Probe, type ProbeClient } from "../gen/probe.js";

let client: ProbeClient | null = null;
let counter: Counter | null = null;
let repeated: RepeatedCalls | null = null;

/** Numbered calls, one after the other. */
class RepeatedCalls {
  readonly #times: number[] = [];
  #wrong = 0;
  #isStopped = false;
  readonly #done: Promise<void>;

  constructor(probe: ProbeClient) {
    this.#done = this.#run(probe);
  }

  async stop(): Promise<CallStatistics> {
    this.#isStopped = true;
    await this.#done;
    const sorted = this.#times.sort((a, b) => a - b);
    return {
      count: sorted.length,
      wrong: this.#wrong,
      median: sorted[sorted.length >> 1] ?? Number.POSITIVE_INFINITY,
      longest: sorted.at(-1) ?? Number.POSITIVE_INFINITY,
    };
  }

  async #run(probe: ProbeClient): Promise<void> {
    for (let number = 0; !this.#isStopped; number++) {
      const start = performance.now();
      const sum = await probe.add(number, 1).catch(() => null);
      this.#times.push(performance.now() - start);
      if (sum !== number + 1) {
        this.#wrong++;
        await delay(1);
      }
      if (number % 8 === 0) {
        await delay(1);
      }
    }
  }
}

async function obey(command: ClientCommand): Promise<unknown> {
  switch (command.do) {
    case "become":
      process.setgroups?.([...command.groups]);
      process.setgid?.(command.gid);
      process.setuid?.(command.uid);
      return null;
    case "connect":
      client = await Probe.connect(command.binding, command.options);
      return null;
    case "call":
      return await call(connected(), command.method, command.argument);
    case "raw":
      return await callRaw(connected(), command.procNum, command.octets);
    case "startCalls":
      repeated = new RepeatedCalls(connected());
      return null;
    case "stopCalls":
      return await repeated?.stop();
  }
}

/** Calls a procedure of Probe, bound anew, with stub data that no stub would write. */
async function callRaw(
  { connection }: ProbeClient,
  procNum: number,
  octets: readonly number[],
): Promise<unknown> {
  const { bindingId } = await connection.bind(Probe, false);
  return await connection.call(
    bindingId,
    procNum,
    Uint8Array.from(octets),
    (writer, bytes) => writer.bytes(bytes),
    () => null,
    undefined,
  );
}

async function call(probe: ProbeClient, method: CallableMethod, argument: number): Promise<unknown> {
  switch (method) {
    case "openCounter":
      ({ counter } = await probe.openCounter(argument));
      return null;
    case "increment":
      return counter === null ? null : await probe.increment(counter, argument);
    case "add":
      return await probe.add(argument, 1);
    case "sleep":
      return await probe.sleep(argument);
    case "whoAmI":
      return await probe.whoAmI();
    case "privileged":
      await probe.privileged();
      return null;
    case "census":
      return await probe.census();
  }
}

function connected(): ProbeClient {
  if (client === null) {
    throw new Error("not connected");
  }
  return client;
}

process.on("message", (command: ClientCommand) => {
  obey(command).then(
    (value) => process.send?.({ value } satisfies ClientAnswer),
    (error: unknown) => {
      const { status, details } = RpcError.from(error);
      process.send?.({ status, details } satisfies ClientAnswer);
    },
  );
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
