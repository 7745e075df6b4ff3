import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NtStatus } from "../src/index.js";
import { createLinuxKernel } from "../src/linux.js";
import { census } from "./census.js";
import { eventually, PortClient } from "./port-client.js";
import { connectRequest, RawPeer, rawMessage } from "./raw-peer.js";
import { type ServerProcess, startProgram, stopProgram } from "./server-process.js";

/** Milliseconds that a peer has to read what it is sent. */
const SLOW_READER_GRACE = 1_000;
const FUZZ = Number(process.env["NCALRPC_FUZZ"] ?? 2_000);

/** The server is a process of its own; what it holds is counted from here. */
describe("a server among hostile peers", () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-hostile-"));
  const environment = { NCALRPC_DIR: directory };
  // Without a list of its own, whose memory would count among what the hostile leave behind.
  const kernel = createLinuxKernel({ environment, completionList: false });
  const path = join(directory, "victim.port");
  let server: ServerProcess;
  let bystander: PortClient;

  beforeAll(async () => {
    const limits = {
      maxPendingConnections: 8,
      connectTimeout: 300,
      slowReaderGrace: SLOW_READER_GRACE,
      maxConnections: 40,
    };
    server = (await startProgram("port-server.mjs", ["victim", JSON.stringify({ limits })], environment))
      .child;
    bystander = await PortClient.connect(kernel, "victim");
  });
  afterAll(async () => {
    bystander.port.close();
    await stopProgram(server);
    expect(census(directory).files).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  /** Everybody else is served as before, and nothing is left of who was thrown out. */
  const expectUnharmed = async () => {
    expect((await bystander.call("ping")).text).toBe("ping");
    await eventually(() => (census(null, server.pid).descriptors["socket"] ?? 0) === baseline);
  };
  let baseline = 0;
  beforeEach(async () => {
    await bystander.call("ping");
    if (baseline === 0) baseline = census(null, server.pid).descriptors["socket"] ?? 0;
  });

  const connected = async () => {
    const peer = new RawPeer(path);
    await peer.handshake();
    return peer;
  };

  const view = (sectionId: number, size: number) => {
    const block = Buffer.alloc(8 + 0x20);
    block.writeUInt32LE(0x4000_0000, 0);
    block.writeUInt32LE(0x4000_0000, 4);
    block.writeUInt32LE(0x2_0000, 8);
    block.writeUInt32LE(sectionId, 16);
    block.writeDoubleLE(0, 24);
    block.writeBigUInt64LE(BigInt(size), 32);
    return block;
  };
  const word = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, i * 4);
    return bytes;
  };
  const request = (messageId = 1) => rawMessage({ type: 1, messageId });

  it.each<[string, Buffer]>([
    ["a packet of one octet", Buffer.alloc(1)],
    ["a packet of length 0", Buffer.alloc(0)],
    ["a header that is one octet short", rawMessage({ type: 10 }).subarray(0, 39)],
    ["no connect data", rawMessage({ type: 10 })],
    ["a wrong magic", connectRequest(0x12345678)],
    ["another version", connectRequest(undefined, 2)],
    ["unknown flags", connectRequest(undefined, 1, 0x8000)],
    ["a connect payload that is too long", connectRequest(undefined, 1, 0, Buffer.alloc(1025))],
    ["connect attributes", Buffer.concat([connectRequest(), Buffer.alloc(16)])],
    ["a request before the connect message", request()],
    ["a reply before the connect message", rawMessage({ type: 2, messageId: 1 })],
  ])("closes a connection that starts with %s", async (_, packet) => {
    using peer = new RawPeer(path);
    peer.send(packet);
    expect(await peer.closedWith()).toBe(NtStatus.INVALID_MESSAGE);
    await expectUnharmed();
  });

  it.each<[string, readonly Buffer[]]>([
    ["a short packet", [Buffer.alloc(0x27)]],
    ["an empty packet", [Buffer.alloc(0)]],
    [
      "a TotalLength beyond the packet",
      [rawMessage({ type: 1, messageId: 1, dataLength: 100, totalLength: 140 })],
    ],
    [
      "a TotalLength short of the packet",
      [rawMessage({ type: 1, messageId: 1, payload: Buffer.alloc(9), dataLength: 1, totalLength: 41 })],
    ],
    [
      "lengths that disagree",
      [rawMessage({ type: 1, messageId: 1, payload: Buffer.alloc(8), dataLength: 4 })],
    ],
    ["a TotalLength of 0", [rawMessage({ type: 1, messageId: 1, totalLength: 0 })]],
    ["the longest lengths", [rawMessage({ type: 1, messageId: 1, dataLength: 0xffff, totalLength: 0xffff })]],
    ["a packet longer than any message", [Buffer.concat([request(), Buffer.alloc(69_000)])]],
    ["octets behind the message", [Buffer.concat([request(), Buffer.from([1, 2, 3])])]],
    ["a DataInfoOffset to nowhere", [rawMessage({ type: 1, messageId: 1, dataInfoOffset: 0xfff8 })]],
    ["an unknown type", [rawMessage({ type: 99, messageId: 1 })]],
    ["type 0", [rawMessage({ type: 0, messageId: 1 })]],
    ["LOST_REPLY", [rawMessage({ type: 4, messageId: 1 })]],
    ["a second connect message", [connectRequest()]],
    ["a connect reply", [rawMessage({ type: 11, payload: Buffer.alloc(24) })]],
    ["a request without id", [request(0)]],
    ["a request with an id of the server's", [request(2)]],
    [
      "a second request with an open id",
      [rawMessage({ type: 1, messageId: 1, payload: Buffer.from("never") }), request(1)],
    ],
    ["a reply to nothing", [rawMessage({ type: 2, messageId: 2 })]],
    [
      "a reply to its own request",
      [
        rawMessage({ type: 1, messageId: 1, payload: Buffer.from("never") }),
        rawMessage({ type: 2, messageId: 1 }),
      ],
    ],
    ["CANCELED for what the server never asked", [rawMessage({ type: 12, messageId: 8 })]],
    ["unknown attributes", [Buffer.concat([request(), word(0x8000_0000, 0x8000_0000)])]],
    ["attributes that disagree", [Buffer.concat([request(), word(0x4000_0000, 0)])]],
    ["attributes that are cut off", [Buffer.concat([request(), word(0x4000_0000, 0x4000_0000, 0)])]],
    ["a view of a section that does not exist", [Buffer.concat([request(), view(1, 10)])]],
    [
      "handles that are not there",
      [Buffer.concat([request(), word(0x1000_0000, 0x1000_0000, 0x4_0000, 0, 0, 0, 1, 0)])],
    ],
    [
      "memory, uninvited",
      [
        Buffer.concat([
          rawMessage({ type: 1, messageId: 1, dataInfoOffset: 48 }),
          word(0, 0, 1, 0, 4096, 0, 10, 0),
        ]),
      ],
    ],
    ["a section of its own", [rawMessage({ type: 0x82, payload: word(1, 0, 65_536, 0) })]],
    ["a refused section", [rawMessage({ type: 0x83, payload: word(1) })]],
    ["a wish without a size", [rawMessage({ type: 0x81 })]],
    ["a release of nothing", [rawMessage({ type: 0x85, payload: word(77) })]],
    ["a drop of nothing", [rawMessage({ type: 0x84, payload: word(77) })]],
    ["PORT_CLOSED with a long tail", [rawMessage({ type: 5, payload: Buffer.alloc(100) })]],
  ])("closes a connection that sends %s", async (_, packets) => {
    using peer = await connected();
    for (const packet of packets) peer.send(packet);
    expect(await peer.closedWith()).toBe(NtStatus.INVALID_MESSAGE);
    await expectUnharmed();
  });

  it("answers wishes for sections with sections or refusals, never with too many", async () => {
    using peer = await connected();
    peer.send(rawMessage({ type: 0x81, payload: word(0xffff_ffff, 0x1f_ffff) }));
    const refusal = await peer.receive();
    expect(refusal?.readUInt16LE(4)).toBe(0x83);
    expect(refusal?.readUInt32LE(0x28)).toBe(NtStatus.QUOTA_EXCEEDED);
    for (let i = 0; i < 6; i++) peer.send(rawMessage({ type: 0x81, payload: word(128 * 1024 * 1024, 0) }));
    const types: number[] = [];
    for (let i = 0; i < 6; i++) types.push((await peer.receive())?.readUInt16LE(4) ?? 0);
    expect(types).toEqual([0x82, 0x82, 0x83, 0x83, 0x83, 0x83]);
    peer.close();
    await eventually(() => census(null, server.pid).mappings === 0);
    await expectUnharmed();
  });

  it("makes no more than 128 sections for the requests of a connection, however small", async () => {
    using peer = await connected();
    const types: number[] = [];
    for (let i = 0; i < 132; i++) {
      peer.send(rawMessage({ type: 0x81, payload: word(1, 0) }));
      types.push((await peer.receive())?.readUInt16LE(4) ?? 0);
    }
    expect(types.indexOf(0x83)).toBe(128);
    expect(new Set(types.slice(128))).toEqual(new Set([0x83]));
    peer.close();
    await eventually(() => census(null, server.pid).mappings === 0);
    await expectUnharmed();
  });

  it("does not let a view be sent twice, or a section be dropped under a view", async () => {
    for (const last of [
      Buffer.concat([request(3), view(1, 10)]),
      rawMessage({ type: 0x84, payload: word(1) }),
    ]) {
      using peer = await connected();
      peer.send(rawMessage({ type: 0x81, payload: word(65_536, 0) }));
      await peer.receive();
      const held = rawMessage({ type: 1, messageId: 1, payload: Buffer.from("never   ") });
      peer.send(Buffer.concat([held, view(1, 10)]));
      peer.send(last);
      expect(await peer.closedWith()).toBe(NtStatus.INVALID_MESSAGE);
    }
    await eventually(() => census(null, server.pid).mappings === 0);
    await expectUnharmed();
  });

  it("takes no descriptors", async () => {
    using peer = await connected();
    const before = census(null, server.pid).descriptors;
    const file = openSync("/dev/null", "r");
    for (const count of [1, 16, 253]) {
      // Linux refuses to deliver them at all since 6.16; before that the server closes the connection.
      const error = peer.sendDescriptors(request(), new Array<number>(count).fill(file));
      if (error !== null) expect(error).toBe("EPERM");
    }
    closeSync(file);
    expect(census(null, server.pid).descriptors["file"]).toBe(before["file"]);
    peer.close();
    await expectUnharmed();
  });

  it("closes whom it would take handles from for too many, and for some that the message does not speak of", async () => {
    const options = JSON.stringify({ acceptHandles: true });
    const { child } = await startProgram("port-server.mjs", ["taker", options], environment);
    const polite = await PortClient.connect(kernel, "taker");
    await polite.call("echo", { handles: [{ fd: 0 }] });
    const before = census(null, child.pid).descriptors;
    const file = openSync("/dev/null", "r");
    const handles = (count: number) => word(0x1000_0000, 0x1000_0000, 0x4_0000, 0, 0, 0, count, 0);
    for (const [packet, count] of [
      [request(), 1],
      [Buffer.concat([request(), handles(1)]), 2],
      [Buffer.concat([request(), handles(2)]), 1],
      [Buffer.concat([request(), handles(17)]), 17],
      [Buffer.concat([request(), handles(16)]), 253],
    ] as const) {
      using peer = new RawPeer(join(directory, "taker.port"));
      await peer.handshake();
      peer.sendDescriptors(packet, new Array<number>(count).fill(file));
      expect(await peer.closedWith()).toBe(NtStatus.INVALID_MESSAGE);
    }
    closeSync(file);
    expect((await polite.call("ping")).text).toBe("ping");
    await eventually(() => {
      const { file = 0, socket = 0 } = census(null, child.pid).descriptors;
      return file === (before["file"] ?? 0) && socket <= (before["socket"] ?? 0);
    });
    polite.port.close();
    await stopProgram(child);
  });

  it("makes those who say nothing wait no longer than the time they have, and make way", async () => {
    const silent: RawPeer[] = [];
    for (let i = 0; i < 30; i++) silent.push(new RawPeer(path));
    const start = performance.now();
    const client = await PortClient.connect(kernel, "victim");
    expect(performance.now() - start).toBeLessThan(1000);
    client.port.close();
    const ends = await Promise.all(silent.map((peer) => peer.closedWith()));
    expect(new Set(ends)).toEqual(new Set([NtStatus.QUOTA_EXCEEDED, NtStatus.TIMEOUT]));
    for (const peer of silent) peer.close();
    await expectUnharmed();
  });

  it("survives a flood of connections that are closed at once", async () => {
    for (let i = 0; i < 500; i++) {
      new RawPeer(path).close();
      if (i % 50 === 0) await bystander.call("ping");
    }
    await expectUnharmed();
  });

  it("closes who does not read, and serves others meanwhile", async () => {
    using peer = await connected();
    const payload = Buffer.alloc(60_000, "x");
    let id = 1;
    // Until nothing more is taken: the answers fill the peer's queue, then ours, and then we are not read from.
    const end = performance.now() + 150;
    while (performance.now() < end) {
      if (peer.send(rawMessage({ type: 1, messageId: id, payload })) === null) id += 2;
      else await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const start = performance.now();
    expect((await bystander.call("ping")).text).toBe("ping");
    // Not only when the other one has been given up.
    expect(performance.now() - start).toBeLessThan(SLOW_READER_GRACE / 2);
    await eventually(async () => (await bystander.log()).closed.includes("QUOTA_EXCEEDED"));
    peer.close();
    await expectUnharmed();
  });

  it("gives a flooding peer its share and no more", async () => {
    using peer = await connected();
    let isOver = false;
    const flood = async () => {
      const datagram = rawMessage({ type: 3, payload: Buffer.alloc(64) });
      while (!isOver) {
        for (let i = 0; i < 100; i++) peer.send(datagram);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const flooding = flood();
    const times: number[] = [];
    for (let i = 0; i < 100; i++) {
      const start = performance.now();
      await bystander.call("ping");
      times.push(performance.now() - start);
    }
    isOver = true;
    await flooding;
    // Taking all that a flooder sends first, the server would answer after hundreds of milliseconds.
    expect(times.sort((a, b) => a - b)[50]).toBeLessThan(50);
    peer.close();
    await expectUnharmed();
  });

  it("survives random packets", async () => {
    let seed = 42;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    let peer = await connected();
    for (let i = 0; i < FUZZ; i++) {
      const packet = rawMessage({
        type: [1, 2, 3, 5, 10, 12, 0x81, 0x84, 0x85, random(0x100)][random(10)] ?? 1,
        messageId: random(8),
        payload: Buffer.from(Array.from({ length: random(40) }, () => random(256))),
        dataInfoOffset: random(10) === 0 ? random(0x1_0000) : 0,
      });
      for (let flips = random(3); flips > 0; flips--) packet[random(packet.length)] = random(256);
      if (peer.send(packet) !== null || random(20) === 0) {
        peer.close();
        peer = await connected();
      }
    }
    peer.close();
    await expectUnharmed();
  });
});
