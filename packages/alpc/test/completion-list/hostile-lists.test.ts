import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NtStatus } from "../../src/index.js";
import { threadId } from "../../src/linux/completion-list/bell.js";
import { createLinuxKernel } from "../../src/linux.js";
import { census } from "../census.js";
import { eventually, PortClient } from "../port-client.js";
import { rawMessage } from "../raw-peer.js";
import { type ServerProcess, startProgram, stopProgram } from "../server-process.js";
import { random } from "./list-ends.js";
import { ListPeer } from "./list-peer.js";

const FUZZ = Number(process.env["NCALRPC_FUZZ"] ?? 200);
const CAPACITY = 131_072;

/** The words of an entry: a request in good order, of 8 octets, unless told otherwise. */
function entry(messageId: number, { length = 48, socketCount = 0, dataLength = 8, type = 1 } = {}): number[] {
  const words = new Array<number>(14).fill(0);
  words[0] = length;
  words[1] = socketCount;
  words[2] = dataLength | ((dataLength + 40) << 16);
  words[3] = type;
  words[8] = messageId;
  return words;
}

describe("a server among clients that misuse their completion list", () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-hostile-list-"));
  const environment = { NCALRPC_DIR: directory };
  const path = join(directory, "victim.port");
  let server: ServerProcess;
  let bystander: PortClient;
  let baseline: string;
  const holdings = () => {
    const { descriptors, mappings } = census(null, server.pid);
    return JSON.stringify([descriptors["socket"], descriptors["memfd"], mappings]);
  };

  beforeAll(async () => {
    const on = { ...environment, NCALRPC_COMPLETION_LIST: "on" };
    const limits = { maxConnections: 40, slowReaderGrace: 500 };
    server = (await startProgram("port-server.mjs", ["victim", JSON.stringify({ limits })], on)).child;
    bystander = await PortClient.connect(createLinuxKernel({ environment, completionList: true }), "victim");
    for (let i = 0; i < 2; i++) await Promise.all(Array.from({ length: 20 }, () => bystander.call("x")));
    baseline = holdings();
  });
  afterAll(async () => {
    bystander.port.close();
    await stopProgram(server);
    rmSync(directory, { recursive: true });
  });

  const expectUnharmed = async () => {
    for (let i = 0; i < 5; i++) expect((await bystander.call(`ping ${i}`)).text).toBe(`ping ${i}`);
    await eventually(() => holdings() === baseline);
  };
  const opened = async () => {
    const peer = new ListPeer(path);
    await peer.open();
    return peer;
  };

  it.each<[string, (peer: ListPeer) => void]>([
    ["a tail beyond its size", (peer) => peer.publish(0, [], CAPACITY + 8)],
    ["a tail behind what was read", (peer) => peer.publish(0, [], -8)],
    ["a tail that is no multiple of 8", (peer) => peer.publish(0, entry(101), 57)],
    ["an entry of no length", (peer) => peer.publish(0, entry(101, { length: 0 }), 56)],
    ["an entry shorter than a header", (peer) => peer.publish(0, entry(101, { length: 8 }), 56)],
    ["an entry longer than any message", (peer) => peer.publish(0, entry(101, { length: 0x2_0000 }), 56)],
    ["an entry beyond the tail", (peer) => peer.publish(0, entry(101, { length: 100 }), 56)],
    [
      "a message that is longer than its entry",
      (peer) => peer.publish(0, entry(101, { dataLength: 1000 }), 56),
    ],
    ["a message of an unknown type", (peer) => peer.publish(0, entry(101, { type: 77 }), 56)],
    [
      "a second request with an open id",
      (peer) => {
        const never = entry(101);
        never[12] = Buffer.from("neve").readUInt32LE();
        never[13] = Buffer.from("r   ").readUInt32LE();
        peer.publish(0, [...never, ...entry(101)], 112);
      },
    ],
    [
      "a handshake for a list in the list",
      (peer) => peer.publish(0, entry(0, { type: 0x89, dataLength: 8 }), 56),
    ],
    ["a list that it returns unasked", (peer) => peer.send(rawMessage({ type: 0x8b }))],
    ["a list that it accepts twice", (peer) => peer.send(rawMessage({ type: 0x89, payload: threadId }))],
    ["a list that it offers", (peer) => peer.send(rawMessage({ type: 0x88, payload: Buffer.alloc(4) }))],
    [
      "a packet after what is not in the list",
      (peer) => {
        const packet = rawMessage({ type: 1, messageId: 101 });
        packet.writeInt32LE(64, 8);
        peer.send(packet);
      },
    ],
    [
      "a head that it has not reached",
      async (peer) => {
        const { control, head } = peer.memory.replies;
        Atomics.store(control, head, CAPACITY);
        const payload = Buffer.alloc(4_000);
        // The answers go into the ring, until they need the room that it lies about.
        for (let i = 0; i < 40; i++) {
          const request = rawMessage({ type: 1, messageId: 101 + 2 * i, payload });
          while (peer.send(request) === "EAGAIN") await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
    ],
  ])("ends the connection of one with %s, and nothing else", async (_, misbehave) => {
    using peer = await opened();
    await misbehave(peer);
    expect(await peer.closedWith()).toBe(NtStatus.INVALID_MESSAGE);
    await expectUnharmed();
  });

  it("makes no list for who becomes busy only to be thrown out", async () => {
    for (let round = 0; round < 5; round++) {
      using peer = new ListPeer(path);
      await peer.connect();
      // One more than make a connection busy, and the last of them ends it, all in one turn.
      for (let i = 0; i < 16; i++) peer.send(rawMessage({ type: i === 15 ? 99 : 3 }));
      await peer.closedWith();
      using closer = new ListPeer(path);
      await closer.connect();
      const payload = Buffer.from("close");
      for (let i = 0; i < 16; i++) closer.send(rawMessage({ type: 1, messageId: 2 * i + 1, payload }));
      await closer.closedWith();
    }
    await expectUnharmed();
  });

  it("serves what is in order", async () => {
    using peer = await opened();
    peer.publish(0, entry(101), 56);
    const { control, tail, words } = peer.memory.replies;
    await eventually(() => Atomics.load(control, tail) === 56);
    expect(words[0]).toBe(48);
    expect(words[8]).toBe(101);
  });

  it("waits for nobody: not for a packet that never comes, nor for one who stops reading", async () => {
    using late = await opened();
    late.publish(0, entry(101, { socketCount: 7 }), 56);
    using full = await opened();
    for (let i = 0; i < 300; i++) full.publish((i * 56) % CAPACITY, entry(101 + 2 * i), (i + 1) * 56);
    for (let i = 0; i < 20; i++) expect((await bystander.call(`${i}`)).text).toBe(`${i}`);
  });

  it("is not held up by floods of doorbells, nor by lists that are always full", async () => {
    const peers = [await opened(), await opened()];
    let isOver = false;
    const floods = peers.map(async (peer, index) => {
      let tail = 0;
      let id = 1001;
      while (!isOver) {
        for (let i = 0; i < 50; i++) peer.ring();
        if (index === 0) {
          const { control, head } = peer.memory.requests;
          while (
            ((tail + 56 - Atomics.load(control, head)) | 0) <= CAPACITY - 56 &&
            tail % CAPACITY < CAPACITY - 112
          ) {
            peer.publish(tail % CAPACITY, entry(id, { type: 3 }), tail + 56);
            tail += 56;
            id += 2;
          }
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let i = 0; i < 50; i++) expect((await bystander.call(`${i}`)).text).toBe(`${i}`);
    isOver = true;
    await Promise.all(floods);
    for (const peer of peers) peer.close();
    await expectUnharmed();
  });

  it(`survives ${FUZZ} clients that change their list at random while it is read`, async () => {
    const next = random(42);
    for (let round = 0; round < FUZZ; round += 20) {
      const peer = await opened();
      const { control, tail, words } = peer.memory.requests;
      for (let step = 0; step < 20; step++) {
        const at = next(20) * 56;
        words.set(entry(101 + 2 * next(1000)), at >> 2);
        if (next(2) === 0) words[next(300)] = next(2) === 0 ? next(2 ** 32) : next(100);
        Atomics.store(control, tail, next(8) === 0 ? next(2 ** 32) | 0 : next(20) * 56);
        peer.ring();
        // While the server reads: what it has checked must be what it uses.
        for (let i = 0; i < 2_000; i++) words[next(300)] = next(2 ** 32);
      }
      peer.close();
    }
    await expectUnharmed();
  });
});
