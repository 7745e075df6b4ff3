import { MessageType } from "@ncalrpc/alpc";
import { Reader } from "@ncalrpc/ndr";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Random } from "../../packages/idl/test/random.js";
import { CANCEL_SIZE, writeCancel } from "../../packages/runtime/src/protocol-lrpc/cancel.js";
import { PULL_SIZE, writePull } from "../../packages/runtime/src/protocol-lrpc/pull.js";
import { OtherProbe } from "../dist/gen/other-probe.js";
import { Probe } from "../dist/gen/probe.js";
import { type Answer, bindMessage, HostileClient, requestMessage } from "../hostile-client.js";
import { HostileSystem } from "../hostile-system.js";
import { probeDecoders } from "../probe-codecs.js";
import { mutate } from "./mutate.js";

const messages = Number(process.env["NCALRPC_FUZZ"] ?? 200_000);
const firstSeed = Number(process.env["NCALRPC_SEED"] ?? 1);
/** Sent before the answers are waited for, and how long those may take (milliseconds). */
const BATCH = 50;
const SLOWEST = 10_000;
/** Opnums of the methods that take as long as the caller wants. */
const DOWNLOAD = 4;
const SLEEP = 5;
/** Where a request has its opnum, and its stub data. */
const PROC_NUM = 0x14;
const STUB_DATA = 0x40;
const MAX_DOWNLOAD = 1_000_000;

let system: HostileSystem;

beforeAll(async () => {
  system = await HostileSystem.start({});
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

/** One valid message of each kind, and a request of each method. */
async function validMessages(): Promise<Buffer[]> {
  const cancel = Buffer.alloc(CANCEL_SIZE);
  writeCancel(cancel, 0, 1);
  const pull = Buffer.alloc(PULL_SIZE);
  writePull(pull, 0, 1);
  const decoders = await probeDecoders(() => new Reader());
  const requests = decoders
    .filter(({ name }) => name.startsWith("request"))
    .flatMap(({ samples }, procNum) =>
      samples.map((stubData) => requestMessage({ bindingId: 1, procNum, callId: procNum, stubData })),
    )
    .filter((_, procNum) => procNum !== SLEEP);
  return [bindMessage(Probe, 1), bindMessage(OtherProbe, 2), cancel, pull, ...requests];
}

test(`${messages} mutated messages are answered or end their connection`, { timeout: 600_000 }, async () => {
  const samples = await validMessages();
  const statuses = new Map<string, number>();
  let connections = 0;
  await system.withstand(async () => {
    let client: HostileClient | null = null;
    for (let sent = 0; sent < messages; sent += BATCH) {
      if (client === null || client.isClosed) {
        client = await HostileClient.connect(system.endpoint);
        connections++;
        await client.bind(Probe, 1);
        await client.bind(OtherProbe, 2);
      }
      const answers: Promise<Answer>[] = [];
      for (let i = 0; i < BATCH && !client.isClosed; i++) {
        const random = new Random(firstSeed + sent + i);
        const message = brief(mutate(random.pick(samples), samples, random));
        if (random.below(20) === 0) {
          client.send(MessageType.DATAGRAM, message);
        } else {
          answers.push(client.request(message));
        }
      }
      for (const { status } of await withinTime(Promise.all(answers), firstSeed + sent)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    client?.[Symbol.dispose]();
  });
  expect(connections).toBeGreaterThan(10);
  expect(statuses.get("OK")).toBeGreaterThan(messages / 50);
  for (const status of statuses.keys()) {
    expect(status).toMatch(/^(OK|closed|RPC_[SX]_[A-Z_]+)$/);
  }
});

/** Calls that would rightly take long become others: sleeping for weeks, or downloading gigabytes. */
function brief(message: Buffer): Buffer {
  if (message.length >= PROC_NUM + 4) {
    const procNum = message.readInt32LE(PROC_NUM);
    if (procNum === SLEEP || (procNum === DOWNLOAD && lengthIn(message) > MAX_DOWNLOAD)) {
      message.writeInt32LE(0, PROC_NUM);
    }
  }
  return message;
}

function lengthIn(message: Buffer): number {
  return message.length < STUB_DATA + 4 ? 0 : message.readUInt32LE(STUB_DATA);
}

async function withinTime<T>(work: Promise<T>, seed: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer; NCALRPC_SEED=${seed} NCALRPC_FUZZ=${BATCH}`)),
      SLOWEST,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
