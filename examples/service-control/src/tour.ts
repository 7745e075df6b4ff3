import { once } from "node:events";
import { canBecome } from "./tour/can-become.js";
import { check } from "./tour/check.js";
import { firstLine, Stage } from "./tour/stage.js";
import * as steps from "./tour/steps.js";

const stage = new Stage();
let step = 0;
let isInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    void stage.close().then(() => process.exit(1));
  });
}

try {
  await tour();
} catch (error) {
  const reason = isInterrupted ? "interrupted" : error instanceof Error ? error.message : error;
  console.error(`\nstep ${step} failed: ${reason}`);
  process.exitCode = 1;
} finally {
  await stage.close();
}

async function tour(): Promise<void> {
  console.log(
    "service-control: a service manager in one process, its client in another, an ALPC port between them\n",
  );
  const daemon = stage.run("scd", stage.writeConfig(steps.TOUR_CONFIG));
  const ended = once(daemon, "exit");
  await show("scd starts", async () => (await firstLine(daemon)).replace("scd: ", ""));
  await using client = await steps.connect();
  await show("the client lists the services", () => steps.list(client));
  await show("it starts ticker", () => steps.start(client));
  await show("the kernel says who asked", () => steps.requester(client));
  await show("it waits for what ticker writes", () => steps.followLog(client));
  await show("it starts crasher, and watches", () => steps.crash(client));
  let holder = 0;
  await show("a second client holds ticker", async () => {
    const [told, pid] = await steps.removeHeld(client, stage);
    holder = pid;
    return told;
  });
  await show("that client is killed", () => steps.rundown(client, holder));
  await show("a log through a section", () => steps.readMegabytes(client));
  if (canBecome(steps.OTHER_UID)) {
    await show("another user asks for the status", () => steps.otherUserQueries(stage));
    await show("that user tries to stop chatter", () => steps.otherUserIsDenied(client, stage));
  } else {
    console.log("        -     another user's calls: left out, for that needs root");
  }
  await show("scd is told to end", () => steps.drain(client, daemon.pid ?? 0));
  await show("scd stops its services", async () => {
    const [code] = await ended;
    check(code === 0, `scd ended with ${code}`);
    return "exit code 0";
  });
}

/** Does one step, and tells what it did and how long it took. */
async function show(what: string, act: () => Promise<string>): Promise<void> {
  step++;
  const started = performance.now();
  const told = await act();
  console.log(
    `${String(step).padStart(2)} ${(performance.now() - started).toFixed(1).padStart(7)} ms  ${what}: ${told}`,
  );
}
