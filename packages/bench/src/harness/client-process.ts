import { performance } from "node:perf_hooks";
import type { Channel } from "../system.js";
import { loadPairedSystem } from "../systems/index.js";
import { answerHarness, isMessage, type Message } from "./message.js";

const [name = "", path = ""] = process.argv.slice(2);
const FIRST_CALL = new Uint8Array(64).fill(7);

process.on("disconnect", () => process.exit());

await answerHarness(async () => {
  const system = await loadPairedSystem(name);
  const channels: Channel[] = [await system.connect(path)];
  const [first] = channels;
  const reply = await first?.echo(FIRST_CALL);
  const at = performance.timeOrigin + performance.now();
  if (reply === undefined || Buffer.compare(reply, FIRST_CALL) !== 0) {
    throw new Error(`the echo of ${FIRST_CALL.length} octets came back as ${reply?.length} different ones`);
  }
  process.on("message", (message) => {
    if (isMessage(message)) {
      void answerHarness(() => answer(message, channels, () => system.connect(path)));
    }
  });
  return { kind: "connected", at };
});

/** Modules that only a task needs are not loaded before it: they are no part of a cold start. */
async function answer(
  message: Message,
  channels: Channel[],
  connect: () => Promise<Channel>,
): Promise<Message> {
  if (message.kind === "perform") {
    const { perform } = await import("../tasks/index.js");
    return { kind: "values", values: await perform(message.task, channels, connect) };
  }
  if (message.kind === "query-status") {
    const { ownStatus } = await import("./status.js");
    const ofServer = message.of === "server" ? channels[0]?.serverStatus : undefined;
    return { kind: "status", status: ofServer ? await ofServer(message.query) : ownStatus(message.query) };
  }
  throw new Error(`a client has no answer to "${message.kind}"`);
}
