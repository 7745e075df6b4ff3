import { isRpcError } from "@ncalrpc/runtime";
import { formatChange, stateName } from "../format-status.js";
import {
  MAX_LOG_READ,
  MAX_SERVICES,
  ServiceControl,
  type ServiceControlClient,
  ServiceState,
} from "../gen/service-control.js";
import { chatterText } from "../services/chatter-text.js";
import { check } from "./check.js";
import { firstLine, outcome, programCommand, type Stage } from "./stage.js";

/** Calls of the tour answer in this time, or the tour has failed. Milliseconds. */
const options = { timeout: 10_000 };
const MiB = 1024 * 1024;

/** An ordinary user that need not exist; not the overflow uid 65534, which stands for no one in particular. */
export const OTHER_UID = 65_533;

export const TOUR_CONFIG = {
  endpoint: "service-control",
  services: {
    chatter: {
      command: programCommand("services/chatter"),
      environment: { MEGABYTES: "8" },
      logSize: 8 * MiB,
    },
    crasher: {
      command: programCommand("services/crasher"),
      restart: { limit: 2, delay: 50 },
    },
    stubborn: { command: programCommand("services/stubborn"), stopGrace: 300 },
    ticker: { command: programCommand("services/ticker"), environment: { TICK: "50" } },
  },
};

export async function connect(): Promise<ServiceControlClient> {
  return await ServiceControl.connect("ncalrpc:[service-control]", options);
}

export async function list(client: ServiceControlClient): Promise<string> {
  const { services } = await client.list(MAX_SERVICES, options);
  const names = services.map(({ name }) => name).join(", ");
  check(names === "chatter, crasher, stubborn, ticker", `the services are ${names}`);
  return names;
}

export async function start(client: ServiceControlClient): Promise<string> {
  const { status } = await client.start("ticker", options);
  check(status.state === ServiceState.RUNNING && status.pid > 0, `ticker is ${stateName(status.state)}`);
  return `RUNNING as process ${status.pid}`;
}

export async function requester(client: ServiceControlClient): Promise<string> {
  const { status } = await client.query("ticker", options);
  const uid = process.getuid?.();
  check(
    status.requesterPid === process.pid && (uid === undefined || status.requester === `S-1-22-1-${uid}`),
    `the manager thinks that ${status.requester} in process ${status.requesterPid} asked`,
  );
  return `${status.requester} in process ${status.requesterPid}, which is this one`;
}

export async function followLog(client: ServiceControlClient): Promise<string> {
  const { service } = await client.openService("ticker", options);
  await using _held = service;
  const { data } = await client.readLog(service, 0n, MAX_LOG_READ, true, options);
  const [line = ""] = Buffer.from(data).toString().split("\n");
  check(line === "tick 1", `ticker wrote "${line}"`);
  return `"${line}"`;
}

export async function crash(client: ServiceControlClient): Promise<string> {
  const { service } = await client.openService("crasher", options);
  await using _held = service;
  let { status } = await client.start("crasher", options);
  while (status.state !== ServiceState.FAILED) {
    ({ status } = await client.waitForChange(service, status.revision, options));
  }
  check(status.restarts === 2 && status.exitCode === 3, formatChange(status));
  return `restarted ${status.restarts} times, then ${stateName(status.state)} with exit code ${status.exitCode}`;
}

export async function removeHeld(
  client: ServiceControlClient,
  stage: Stage,
): Promise<[told: string, pid: number]> {
  const holder = stage.run("scctl", "hold", "ticker");
  const line = await firstLine(holder);
  const { status } = await client.remove("ticker", options);
  check(status.isRemoved && status.holders === 1, `${line}, and then ${formatChange(status)}`);
  const refusal = await refusalOf(client.start("ticker", options));
  check(refusal.includes("is removed"), refusal);
  return [`${line}: removed, but still there`, holder.pid ?? 0];
}

export async function rundown(client: ServiceControlClient, holder: number): Promise<string> {
  const killed = performance.now();
  process.kill(holder, "SIGKILL");
  for (;;) {
    const { services } = await client.list(MAX_SERVICES, options);
    const elapsed = performance.now() - killed;
    if (!services.some(({ name }) => name === "ticker")) {
      return `its handle was run down, and the service is gone, after ${elapsed.toFixed(1)} ms`;
    }
    check(elapsed < options.timeout, "the handle of a dead client still holds its service");
  }
}

export async function readMegabytes(client: ServiceControlClient): Promise<string> {
  const { service } = await client.openService("chatter", options);
  await using _held = service;
  await client.start("chatter", options);
  // Offset `n` can be waited for: it is there when all octets before it are.
  await client.readLog(service, BigInt(8 * MiB - 1), 1, true, options);
  let best = Number.POSITIVE_INFINITY;
  const expected = Buffer.from(chatterText(8 * MiB));
  for (let round = 0; round < 5; round++) {
    const started = performance.now();
    const { data } = await client.readLog(service, 0n, MAX_LOG_READ, false, options);
    best = Math.min(best, performance.now() - started);
    check(expected.equals(data), `${data.length} octets came, not the ${expected.length} that were written`);
  }
  return `8 MiB in one call, every octet in its place: ${best.toFixed(1)} ms, ${Math.round(8_000 / best)} MiB/s`;
}

export async function otherUserQueries(stage: Stage): Promise<string> {
  const { code, stdout, stderr } = await outcome(
    stage.run("tour/other-user", `${OTHER_UID}`, "status", "chatter"),
  );
  check(code === 0 && stdout.includes("RUNNING"), `exit code ${code}: ${stdout}${stderr}`);
  return "answered: RUNNING";
}

export async function otherUserIsDenied(client: ServiceControlClient, stage: Stage): Promise<string> {
  const { code, stdout, stderr } = await outcome(
    stage.run("tour/other-user", `${OTHER_UID}`, "stop", "chatter"),
  );
  check(
    code === 1 && stderr.includes("RPC_S_ACCESS_DENIED") && stderr.includes(`S-1-22-1-${OTHER_UID}`),
    `exit code ${code}: ${stdout}${stderr}`,
  );
  const { status } = await client.query("chatter", options);
  check(status.state === ServiceState.RUNNING, `chatter is ${stateName(status.state)}`);
  return stderr.trim().split("\n")[0]?.replace("scctl: ", "") ?? "";
}

/** Two calls are on their way when the manager is told to end: one that only waits, and one that does something. */
export async function drain(client: ServiceControlClient, daemon: number): Promise<string> {
  const { service } = await client.openService("stubborn", options);
  await client.start("stubborn", options);
  await client.readLog(service, 0n, MAX_LOG_READ, true, options);
  const waiting = refusalOf(client.readLog(service, BigInt(MAX_LOG_READ), 1, true, options));
  const stopping = client.stop("stubborn", options);
  await client.query("stubborn", options);
  process.kill(daemon, "SIGTERM");
  const { status } = await stopping;
  check(status.state === ServiceState.STOPPED && status.exitSignal === 9, formatChange(status));
  const refusal = await waiting;
  check(refusal.startsWith("RPC_S_CALL_CANCELLED"), refusal);
  await client.connection.closed;
  return "the stop in flight was finished (SIGKILL after its grace), the wait was ended";
}

/** The message of the RpcError that a call ends with. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isRpcError(error)) {
      return error.message;
    }
    throw error;
  }
  check(false, "a call that has to be refused was answered");
}
