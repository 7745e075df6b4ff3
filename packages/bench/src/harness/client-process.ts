import type { ScenarioName, Settings, Values } from "../scenario.js";
import type { Channel, ServerStatus, System } from "../system.js";
import { loadSystem } from "../systems/index.js";
import { describeError, isMessage, type Message, tellHarness } from "./message.js";

const [name = "", path = ""] = process.argv.slice(2);
const FIRST_CALL = new Uint8Array(64).fill(7);

/** Takes the answer to the question about the server that was asked last. */
let takeStatus: (status: ServerStatus) => void = () => {};

async function askServerStatus(collect: boolean): Promise<ServerStatus> {
  const answer = new Promise<ServerStatus>((resolve) => {
    takeStatus = resolve;
  });
  await tellHarness({ kind: "query-status", collect });
  return await answer;
}

async function measure(
  system: System,
  channel: Channel,
  scenarioName: ScenarioName,
  settings: Settings,
): Promise<Values> {
  const { SCENARIOS } = await import("../scenarios/index.js");
  const scenario = SCENARIOS.find((candidate) => candidate.name === scenarioName);
  if (scenario?.kind !== "pair") {
    throw new Error(`${scenarioName} is not measured in a client`);
  }
  return await scenario.measure({
    channel,
    settings,
    connect: () => system.connect(path),
    serverStatus: channel.serverStatus ?? askServerStatus,
  });
}

/** Resolves with the message to answer with. */
async function answerOrFailure(work: () => Promise<Message>): Promise<void> {
  let answer: Message;
  try {
    answer = await work();
  } catch (error) {
    answer = { kind: "failed", message: describeError(error) };
  }
  await tellHarness(answer);
}

process.on("disconnect", () => process.exit());

await answerOrFailure(async () => {
  const system = await loadSystem(name);
  const channel = await system.connect(path);
  const reply = await channel.echo(FIRST_CALL);
  const at = performance.timeOrigin + performance.now();
  if (Buffer.compare(reply, FIRST_CALL) !== 0) {
    throw new Error(`the echo of ${FIRST_CALL.length} octets came back as ${reply.length} different ones`);
  }
  process.on("message", (message) => {
    if (!isMessage(message)) {
      return;
    }
    if (message.kind === "status") {
      takeStatus(message.status);
    } else if (message.kind === "measure") {
      void answerOrFailure(async () => ({
        kind: "values",
        values: await measure(system, channel, message.scenario, message.settings),
      }));
    }
  });
  return { kind: "connected", at };
});
