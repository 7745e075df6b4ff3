import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { MessageType, type View } from "@ncalrpc/alpc";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { census } from "../packages/alpc/test/census.js";
import { APART, OCTETS_SIZE, writeOctets } from "../packages/runtime/src/protocol-lrpc/apart.js";
import { Features } from "../packages/runtime/src/protocol-lrpc/hello.js";
import { REQUEST_HEADER_SIZE, RequestFlags } from "../packages/runtime/src/protocol-lrpc/request.js";
import { startBulkServer, useBulkEndpoints } from "./bulk-system.js";
import { checksum, makePattern } from "./dist/bulk-handlers.js";
import { Bulk, type BulkClient } from "./dist/gen/bulk.js";
import { HostileClient, requestMessage } from "./hostile-client.js";
import { grownBeyond } from "./process-growth.js";

const KiB = 1024;
const MiB = 1024 * KiB;
const binding = "ncalrpc:[bulk]";
const DOWNLOAD = 1;
const ECHO = 2;
const FEATURES = Features.CANCEL | Features.FAULT_DETAILS | Features.APART;
const isRoot = process.getuid?.() === 0;
const program = (name: string) => fileURLToPath(new URL(`./dist/programs/${name}.js`, import.meta.url));

useBulkEndpoints();

let server: ChildProcess;
/** Whom nothing of all that may hurt. */
let bystander: BulkClient;

beforeEach(async () => {
  const limits = { maxRequestSize: 32 * MiB, maxBytesWaiting: 64 * MiB, maxBytesWaitingPerUser: 60 * MiB };
  const options = { endpoint: "bulk", security: "D:(A;;GA;;;WD)", limits };
  server = await startBulkServer(options, "borrowed");
  bystander = await Bulk.connect(binding);
});
afterEach(async () => {
  const data = makePattern(3 * MiB, 1);
  expect((await bystander.upload("", data, 0n)).checksum).toBe(checksum(data));
  await bystander.close();
  server.kill("SIGKILL");
});

/** A request for Echo that announces an array of `size` octets, to be put at `offset` of stub data that has its counts. */
function announcement(callId: number, size: number, offset = 8, count = size): Buffer {
  const rest = Buffer.alloc(16 + 8);
  rest.writeUInt32LE(size, 0);
  rest.writeUInt32LE(offset, 8);
  rest.writeUInt32LE(count, 16);
  rest.writeUInt32LE(count, 20);
  return requestMessage({
    bindingId: 1,
    procNum: ECHO,
    callId,
    flags: RequestFlags.VIEW_PRESENT | APART,
    stubData: rest,
  });
}

function octets(callId: number, size: number, at: number): Buffer {
  const payload = Buffer.alloc(OCTETS_SIZE);
  writeOctets(new DataView(payload.buffer, payload.byteOffset, payload.length), 0, callId, size, at);
  return payload;
}

async function viewOf(client: HostileClient, size: number): Promise<View> {
  const view = await client.port.allocateView(size);
  view.fill(new Uint8Array(size).fill(7), 0);
  return view;
}

async function connect(): Promise<HostileClient> {
  const client = await HostileClient.connect("bulk", FEATURES);
  expect(await client.bind(Bulk, 1)).toBe(0);
  return client;
}

describe("parts of arrays", () => {
  it("that come as they should make a request", async () => {
    using client = await connect();
    const id = client.nextCallId();
    const answer = client.request(announcement(id, 3 * MiB), { view: await viewOf(client, MiB) });
    client.send(MessageType.DATAGRAM, octets(id, 3 * MiB, MiB), { view: await viewOf(client, 2 * MiB) });
    expect((await answer).status).toBe("OK");
  });

  it.each<[string, number, number]>([
    ["too early", 2 * MiB, MiB],
    ["a second time", 0, MiB],
    ["beyond the end", MiB, 2 * MiB + 1],
    ["of nothing", MiB, 0],
    ["far away", 0xffff_fff0, MiB],
  ])("that come %s fail their call alone", async (_, at, size) => {
    using client = await connect();
    const id = client.nextCallId();
    const answer = client.request(announcement(id, 3 * MiB), { view: await viewOf(client, MiB) });
    client.send(MessageType.DATAGRAM, octets(id, 3 * MiB, at), { view: await viewOf(client, size) });
    expect((await answer).status).toBe("RPC_S_PROTOCOL_ERROR");
    client.send(MessageType.DATAGRAM, octets(id, 3 * MiB, MiB), { view: await viewOf(client, 2 * MiB) });
    const next = client.nextCallId();
    const fine = await client.request(announcement(next, MiB), { view: await viewOf(client, MiB) });
    expect(fine.status).toBe("OK");
  });

  it("without a view, cut short, or for nobody, change nothing", async () => {
    using client = await connect();
    for (let i = 0; i < 5; i++) {
      client.send(MessageType.DATAGRAM, octets(99, MiB, 0));
      client.send(MessageType.DATAGRAM, octets(99, MiB, 0).subarray(0, 12), {
        view: await viewOf(client, 10),
      });
      client.send(MessageType.DATAGRAM, octets(99, MiB, 0), { view: await viewOf(client, 10) });
    }
    const id = client.nextCallId();
    const fine = await client.request(announcement(id, MiB), { view: await viewOf(client, MiB) });
    expect(fine.status).toBe("OK");
  });

  it("that go on and on about nothing end the connection", async () => {
    using client = await connect();
    for (let i = 0; i < 40 && !client.isClosed; i++) client.send(MessageType.DATAGRAM, octets(1, 1, 0));
    await expect.poll(() => client.isClosed).toBe(true);
  });
});

describe("announcements", () => {
  it.each<[string, (id: number) => Buffer, number]>([
    ["of less than the view holds", (id) => announcement(id, MiB - 1), MiB],
    ["of nothing", (id) => announcement(id, 0), 1],
    ["cut short", (id) => announcement(id, MiB).subarray(0, REQUEST_HEADER_SIZE + 10), MiB],
    ["with an array that belongs nowhere", (id) => announcement(id, MiB, 0xffff_fff0), MiB],
    ["with an array in the middle of its counts", (id) => announcement(id, MiB, 3), MiB],
    ["with another count", (id) => announcement(id, MiB, 8, MiB + 1), MiB],
    ["with a huge count", (id) => announcement(id, MiB, 8, 0x7fff_ffff), MiB],
  ])("%s are refused", async (_, message, size) => {
    using client = await connect();
    const { status } = await client.request(message(client.nextCallId()), {
      view: await viewOf(client, size),
    });
    expect(status).toMatch(/^RPC_(S_PROTOCOL_ERROR|X_BAD_STUB_DATA|S_INVALID_BOUND|X_\w+)$/);
  });

  it("beyond the limit are refused at once", async () => {
    using client = await connect();
    const message = announcement(client.nextCallId(), 33 * MiB);
    expect((await client.request(message, { view: await viewOf(client, MiB) })).status).toBe(
      "RPC_S_OUT_OF_RESOURCES",
    );
  });

  it("that are never followed up cost no more than the limit, and nothing once the client is gone", async () => {
    const before = census(null, server.pid);
    for (let round = 0; round < 5; round++) {
      using client = await connect();
      const answers: Promise<{ status: string }>[] = [];
      for (let i = 0; i < 40; i++) {
        answers.push(
          client.request(announcement(client.nextCallId(), 32 * MiB), {
            view: await viewOf(client, 64 * KiB),
          }),
        );
      }
      const first = await Promise.race(answers);
      expect(first.status).toBe("RPC_S_SERVER_TOO_BUSY");
    }
    await expect.poll(() => grownBeyond(before, census(null, server.pid)), { timeout: 10_000 }).toEqual([]);
  });
});

describe("clients that keep what they are sent", () => {
  const DOWNLOADS = 12;
  const VIEWS = 128;
  const download = (length: number) => {
    const stubData = Buffer.alloc(9);
    stubData.writeUInt32LE(length);
    return stubData;
  };

  it("get no more until they give something back, and a fault in the end", { timeout: 60_000 }, async () => {
    using client = await connect();
    client.kept = [];
    const answers = Array.from({ length: DOWNLOADS }, () => client.call(1, DOWNLOAD, download(20 * MiB)));
    // These are refused at once, so the others wait by now.
    await Promise.all(answers.slice(9));
    using other = await connect();
    other.kept = [];
    const others = Array.from({ length: 8 }, () => other.call(1, DOWNLOAD, download(20 * MiB)));
    const outcomes = await Promise.all(answers);
    // Six fill 120 views of the 128 that a connection has; a part of the seventh, and two more, are within the limit of what may wait.
    expect(client.kept.length).toBe(VIEWS);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...new Array<string>(6).fill("OK"),
      ...new Array<string>(6).fill("RPC_S_OUT_OF_RESOURCES"),
    ]);
    const reasons = outcomes.slice(6).map(({ details }) => details);
    for (const reason of reasons.slice(0, 3)) expect(reason).toMatch(/^the client has taken nothing/);
    for (const reason of reasons.slice(3)) expect(reason).toMatch(/octets of responses wait/);
    const ofOther = await Promise.all(others);
    expect(ofOther.slice(0, 6).map(({ status }) => status)).toEqual(new Array<string>(6).fill("OK"));
    expect(ofOther.slice(6).map(({ details }) => details)).toEqual([
      expect.stringMatching(/^the client has taken nothing/),
      `the user has ${60 * MiB} octets of responses that wait`,
    ]);
    for (const view of client.kept.splice(0)) view.release();
    client.kept = null;
    expect((await client.call(1, DOWNLOAD, download(20 * MiB))).status).toBe("OK");
  });

  it("get all of it while they give back one view after another", { timeout: 60_000 }, async () => {
    using client = await connect();
    const kept: View[] = [];
    client.kept = kept;
    let isOver = false;
    const answers = [1, 2, 3].map(() => client.call(1, DOWNLOAD, download(20 * MiB)));
    const all = Promise.all(answers).then((result) => {
      isOver = true;
      return result;
    });
    while (!isOver) {
      kept.shift()?.release();
      expect(kept.length).toBeLessThanOrEqual(VIEWS);
      await delay(1);
    }
    expect((await all).map(({ status }) => status)).toEqual(["OK", "OK", "OK"]);
  });
});

describe("clients that are killed in the middle", () => {
  it("leave nothing behind", { timeout: 60_000 }, async () => {
    await bystander.download(3 * MiB, 2, true);
    const before = census(null, server.pid);
    for (let i = 0; i < 12; i++) {
      const child = fork(program("bulk-client"), ["flood", binding]);
      await once(child, "message");
      await delay(5 + i * 7);
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    }
    await expect.poll(() => grownBeyond(before, census(null, server.pid)), { timeout: 10_000 }).toEqual([]);
  });
});

describe.skipIf(!isRoot)(`another user${isRoot ? "" : " (skipped: only root can be someone else)"}`, () => {
  it("sees sealed memory and cannot change it", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      program("bulk-client"),
      "view",
      binding,
      "65533",
    ]);
    const { isSeen, attempts } = JSON.parse(stdout);
    expect(isSeen).toBe(true);
    expect(attempts.length).toBeGreaterThan(1);
    expect(new Set(attempts)).toEqual(new Set(["EPERM", "EACCES"]));
    const { data } = await bystander.download(3 * MiB, 1, true, { bytes: "view" });
    expect(Buffer.compare(data ?? new Uint8Array(1), makePattern(3 * MiB, 1))).toBe(0);
  });
});
