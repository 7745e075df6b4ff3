import { closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { MAX_MESSAGE_LENGTH, MessageType, PORT_MESSAGE_SIZE } from "@ncalrpc/alpc";
import { isRpcError } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeConnectRequest } from "../packages/alpc/src/connect-message.js";
import { Random } from "../packages/idl/test/random.js";
import { Probe } from "./dist/gen/probe.js";
import { bindMessage, HostileClient, requestMessage } from "./hostile-client.js";
import { HostileSystem } from "./hostile-system.js";
import { portPacket, RawConnection } from "./raw-connection.js";

/** Opnums of Probe. */
const DOWNLOAD = 4;
const BINDING = 1;
/** Milliseconds, shorter than by default so that the suite need not wait long for them. */
const CONNECT_TIMEOUT = 1_000;
const SLOW_READER_GRACE = 500;

let system: HostileSystem;

beforeAll(async () => {
  system = await HostileSystem.start({
    port: { limits: { connectTimeout: CONNECT_TIMEOUT, slowReaderGrace: SLOW_READER_GRACE } },
  });
});

afterAll(async () => {
  await system[Symbol.asyncDispose]();
});

/** Packets that no port sends: each of them ends the connection that it comes on. */
function brokenPackets(random: Random): Buffer[] {
  const good = portPacket(MessageType.REQUEST, bindMessage(Probe, 1), 1);
  const change = (at: number, value: number) => {
    const packet = Buffer.from(good);
    packet.writeUInt16LE(value, at);
    return packet;
  };
  const lengths = [0, 1, 39, 0x27, 0x29, good.length + 1, 0x7fff, 0xffff];
  return [
    Buffer.alloc(0),
    ...[1, 8, PORT_MESSAGE_SIZE - 1].map((length) => good.subarray(0, length)),
    good.subarray(0, good.length - 1),
    Buffer.concat([good, Buffer.alloc(3)]),
    Buffer.concat([good, Buffer.alloc(64, 0xff)]),
    Buffer.alloc(MAX_MESSAGE_LENGTH + 2_000, 1),
    ...lengths.map((length) => change(0, length)),
    ...lengths.map((length) => change(2, length)),
    ...[0, 4, 6, 10, 11, 13, 0x7f, 0x84, 0xff, 0x2001, 0xffff].map((type) => change(4, type)),
    portPacket(MessageType.REQUEST, bindMessage(Probe, 1), 2),
    portPacket(MessageType.REQUEST, bindMessage(Probe, 1), 0),
    portPacket(MessageType.REPLY, bindMessage(Probe, 1), 2),
    ...Array.from({ length: 100 }, () =>
      Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))),
    ),
  ];
}

describe("packets", () => {
  it("that break the port protocol end their connection, after the connect message and instead of it", async () => {
    await system.withstand(async () => {
      for (const packet of brokenPackets(new Random(1))) {
        using accepted = await RawConnection.shakeHands(system.directory);
        accepted.send(packet);
        expect(await accepted.isHungUp(), packet.toString("hex").slice(0, 200)).toBe(true);
        using stranger = new RawConnection(system.directory);
        stranger.send(packet);
        expect(await stranger.isHungUp(), packet.toString("hex").slice(0, 200)).toBe(true);
      }
    });
  });

  it("that repeat the id of an open request end the connection", async () => {
    await system.withstand(async () => {
      using raw = await RawConnection.shakeHands(system.directory);
      raw.sendMessage(MessageType.REQUEST, bindMessage(Probe, BINDING), 1);
      const sleep = requestMessage({
        bindingId: BINDING,
        procNum: 5,
        callId: 1,
        stubData: Buffer.from([0, 0, 1, 0]),
      });
      raw.sendMessage(MessageType.REQUEST, sleep, 3);
      raw.sendMessage(MessageType.REQUEST, sleep, 3);
      expect(await raw.isHungUp()).toBe(true);
    });
  });

  it("with descriptors are refused, and leave none behind", async () => {
    await system.withstand(async () => {
      const file = openSync("/dev/null", "r");
      for (const count of [1, 2, 16, 17, 253]) {
        using raw = await RawConnection.shakeHands(system.directory);
        const packet = portPacket(MessageType.REQUEST, bindMessage(Probe, BINDING), 1);
        // Either the system refuses to send them, or the server hangs up.
        if (
          raw.sendDescriptors(
            packet,
            Array.from({ length: count }, () => file),
          ) === null
        ) {
          expect(await raw.isHungUp()).toBe(true);
        }
        using stranger = new RawConnection(system.directory);
        if (
          stranger.sendDescriptors(
            packet,
            Array.from({ length: count }, () => file),
          ) === null
        ) {
          expect(await stranger.isHungUp()).toBe(true);
        }
      }
      closeSync(file);
    });
  });

  it("that claim views of sections which are not theirs end the connection", async () => {
    await system.withstand(async () => {
      for (const sectionId of [0, 1, 2, 3, 1_000_000]) {
        using raw = await RawConnection.shakeHands(system.directory);
        raw.sendMessage(MessageType.REQUEST, bindMessage(Probe, BINDING));
        await raw.receive();
        raw.send(
          withView(requestMessage({ bindingId: BINDING, procNum: 3, callId: 1, flags: 4 }), 3, sectionId),
        );
        expect(await raw.isHungUp()).toBe(true);
      }
    });
  });
});

describe("connections", () => {
  it("that are never completed make way, and time out", async () => {
    await system.withstand(async () => {
      const silent: RawConnection[] = [];
      for (let i = 0; i < 500; i++) {
        silent.push(new RawConnection(system.directory));
        if (i % 50 === 0) {
          const before = performance.now();
          await using honest = await Probe.connect(system.binding);
          expect(await honest.add(i, 1)).toBe(i + 1);
          expect(performance.now() - before).toBeLessThan(2_000);
        }
      }
      for (const raw of silent) {
        expect(await raw.isHungUp(CONNECT_TIMEOUT + 5_000)).toBe(true);
        raw.close();
      }
    });
  });

  it("that come and go in a flood leave nothing behind", async () => {
    await system.withstand(async () => {
      const request = encodeConnectRequest({
        tracking: "static",
        delegate: false,
        payload: new Uint8Array(),
      });
      for (let i = 0; i < 1_000; i++) {
        using raw = new RawConnection(system.directory);
        if (i % 2 === 0) {
          raw.sendMessage(MessageType.CONNECTION_REQUEST, request, 0);
        }
        if (i % 10 === 0) {
          await delay(1);
        }
      }
    });
  });

  it("beyond a user's share are refused until others end", async () => {
    await system.withstand(async () => {
      const clients: HostileClient[] = [];
      let refused = 0;
      for (let i = 0; i < 300; i++) {
        await HostileClient.connect(system.endpoint).then(
          (client) => clients.push(client),
          () => refused++,
        );
      }
      expect(clients.length).toBe(256 - 2);
      expect(refused).toBe(300 - clients.length);
      for (const client of clients) {
        client[Symbol.dispose]();
      }
    });
  });

  it("that never read their replies are closed, and hold little until then", async () => {
    await system.withstand(async () => {
      const before = (await system.server.memory()).rss;
      const stubData = Buffer.alloc(8);
      stubData.writeUInt32LE(60_000);
      const deaf: RawConnection[] = [];
      for (let i = 0; i < 20; i++) {
        const raw = await RawConnection.shakeHands(system.directory);
        deaf.push(raw);
        raw.sendMessage(MessageType.REQUEST, bindMessage(Probe, BINDING));
        for (let callId = 1; callId < 400; callId++) {
          raw.sendMessage(
            MessageType.REQUEST,
            requestMessage({ bindingId: BINDING, procNum: DOWNLOAD, callId, stubData }),
          );
        }
      }
      await delay(SLOW_READER_GRACE / 2);
      expect((await system.server.memory()).rss - before).toBeLessThan(200 * 1024 * 1024);
      // The two that are left are those which behave.
      await expect.poll(async () => (await system.observer.census()).connections, { timeout: 5_000 }).toBe(2);
      for (const raw of deaf) {
        raw.close();
      }
    });
  });

  it("that end with much on its way to them cost nothing", async () => {
    await system.withstand(async () => {
      for (let round = 0; round < 20; round++) {
        const client = await Probe.connect(system.binding);
        const calls = Array.from({ length: 8 }, () => client.download(2_000_000, round).catch(() => null));
        await delay(round);
        await client.close();
        await Promise.all(calls);
      }
    });
  });
});

describe("sections", () => {
  it("whose contents change while they are decoded give answers or faults", async () => {
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const changes = new Int32Array(new SharedArrayBuffer(4));
    const program = new URL("./dist/programs/section-mutator.js", import.meta.url);
    await system.withstand(async () => {
      const mutator = new Worker(program, { workerData: { stop, changes } });
      await new Promise((resolve) => mutator.once("message", resolve));
      await using client = await Probe.connect(system.binding);
      const values = new Int32Array(100).map((_, i) => i);
      const records = Array.from({ length: 400 }, (_, i) => ({ name: `record ${i}`, id: BigInt(i), values }));
      const outcomes = new Map<string, number>();
      const end = performance.now() + 3_000;
      while (performance.now() < end) {
        const outcome = await client.records(records).then(
          () => "OK",
          (error: unknown) => (isRpcError(error) ? error.status : "an untyped error"),
        );
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      Atomics.store(stop, 0, 1);
      await new Promise((resolve) => mutator.once("exit", resolve));
      expect(Atomics.load(changes, 0)).toBeGreaterThan(10_000);
      expect(outcomes.size).toBeGreaterThan(1);
      for (const status of outcomes.keys()) {
        expect(status).toMatch(/^(OK|RPC_X_\w+|RPC_S_INVALID_BOUND|RPC_S_OUT_OF_RESOURCES)$/);
      }
      Atomics.store(stop, 0, 0);
    });
  });
});

/** A request with a VIEW attribute (ALPC_MESSAGE_ATTRIBUTES), as the port protocol lays it out. */
function withView(payload: Buffer, id: number, sectionId: number): Buffer {
  const VIEW = 0x4000_0000;
  const AUTO_RELEASE = 0x2_0000;
  const large = Buffer.concat([payload, Buffer.alloc(8)]);
  const message = portPacket(MessageType.REQUEST, large, id);
  const attributes = Buffer.alloc(40);
  attributes.writeUInt32LE(VIEW, 0);
  attributes.writeUInt32LE(VIEW, 4);
  attributes.writeUInt32LE(AUTO_RELEASE, 8);
  attributes.writeUInt32LE(sectionId, 16);
  attributes.writeUInt32LE(100, 32);
  return Buffer.concat([message, attributes]);
}
