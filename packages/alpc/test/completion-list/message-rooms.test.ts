import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ConnectionPort, type MessageRoom, MessageType, PORT_MESSAGE_SIZE } from "../../src/index.js";
import { createLinuxKernel } from "../../src/linux.js";
import { MAX_MESSAGE_LENGTH } from "../../src/message.js";
import { census } from "../census.js";
import { eventually, PortClient } from "../port-client.js";
import { allow, startTestServer } from "../programs/test-server.mjs";
import { newEnds, readValue, write } from "./list-ends.js";

const CAPACITY = 4096;

describe("the room at the end of a ring", () => {
  it("is lent to one, and nothing else finds room until it comes back", () => {
    const ends = newEnds(CAPACITY);
    const { producer, consumer, packet } = ends;
    expect(write(ends, 64, 1)).toBe(true);
    expect(producer.lend()).toBe(true);
    expect([producer.lentAt % 8, producer.lentRoom]).toEqual([0, CAPACITY / 2 - 8]);
    expect(producer.lend()).toBe(false);
    expect(write(ends, 64, 2)).toBe(false);
    producer.words.fill(3, producer.lentAt >> 2, (producer.lentAt >> 2) + 25);
    producer.publish();
    expect(readValue(ends, consumer.take(packet, CAPACITY, 0))).toBe(1);
    expect(consumer.take(packet, CAPACITY, 0)).toBe(0);
    producer.commit(100, 0);
    expect(write(ends, 64, 4)).toBe(true);
    producer.publish();
    expect(readValue(ends, consumer.take(packet, CAPACITY, 0))).toBe(3);
    expect(readValue(ends, consumer.take(packet, CAPACITY, 0))).toBe(4);
  });

  it("leaves nothing behind when it comes back unused", () => {
    const { producer, consumer, packet } = newEnds(CAPACITY);
    expect(producer.lend()).toBe(true);
    const before = producer.position;
    producer.release();
    expect([producer.position, producer.lentAt]).toEqual([before, -1]);
    producer.publish();
    expect(consumer.take(packet, CAPACITY, 0)).toBe(0);
    expect(producer.lend()).toBe(true);
  });

  it("is what lies before the ring's end, and before what has not been read", () => {
    const ends = newEnds(CAPACITY);
    expect(write(ends, 2_000, 1)).toBe(true);
    expect(write(ends, 1_000, 1)).toBe(true);
    expect(ends.producer.lend()).toBe(true);
    expect(ends.producer.lentRoom).toBe(CAPACITY - 2_008 - 1_008 - 8);
    ends.producer.release();
    expect(write(ends, 100, 1)).toBe(true);
    expect(ends.producer.lend()).toBe(false);
    expect(write(ends, 900, 1)).toBe(true);
    ends.producer.publish();
    expect(ends.producer.lend()).toBe(false);
    for (let i = 0; i < 4; i++) readValue(ends, ends.consumer.take(ends.packet, CAPACITY, 0));
    ends.consumer.publish();
    expect(ends.producer.lend()).toBe(false);
    expect(write(ends, 100, 1)).toBe(true);
    expect(ends.producer.lend()).toBe(true);
  });

  it("ends with the connection when the consumer lies", () => {
    const ends = newEnds(CAPACITY);
    const { producer, consumer, packet, ring } = ends;
    for (const length of [2_000, 1_000]) expect(write(ends, length, 1)).toBe(true);
    producer.publish();
    for (let i = 0; i < 2; i++) readValue(ends, consumer.take(packet, CAPACITY, 0));
    consumer.publish();
    expect(write(ends, 2_000, 1)).toBe(true);
    Atomics.store(ring.control, ring.head, 12);
    expect(() => producer.lend()).toThrowError(expect.objectContaining({ status: "INVALID_MESSAGE" }));
  });
});

describe("a message that is written where it is sent from", () => {
  const directory = mkdtempSync(join(tmpdir(), "ncalrpc-room-"));
  const kernel = createLinuxKernel({ environment: { NCALRPC_DIR: directory }, completionList: true });
  let server: ConnectionPort;
  let client: PortClient;

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { user } = kernel.currentToken();
    server = startTestServer(kernel, "rooms", { securityDescriptor: allow(user, user) });
    client = await PortClient.connect(kernel, "rooms");
    expect(client.port.reserve?.()).toBe(null);
    await Promise.all(Array.from({ length: 40 }, (_, i) => client.call(`${i}`)));
    expect(census().lists).toBe(2);
  });

  afterEach(async () => {
    client.port.close();
    server.close();
    await client.closed;
    vi.useRealTimers();
    expect(census().lists).toBe(0);
    rmSync(directory, { recursive: true, force: true });
  });

  function reserve(): MessageRoom {
    const room = client.port.reserve?.() ?? null;
    if (room === null) throw new Error("there is no room");
    return room;
  }

  /** Writes a text into a room: the message's length. */
  function put(room: MessageRoom, text: string): number {
    const at = room.start + PORT_MESSAGE_SIZE;
    for (let i = 0; i < text.length; i++) room.view.setUint8(at + i, text.charCodeAt(i));
    return PORT_MESSAGE_SIZE + text.length;
  }

  it("arrives, and is answered like any other", async () => {
    for (let i = 0; i < 2_000; i++) {
      const room = client.port.reserve?.() ?? null;
      // Now and then the ring's end is too near.
      if (room === null) await client.call("x".repeat(500));
      else {
        expect(room.buffer.length).toBe(room.view.byteLength);
        const answered = new Promise<string>((resolve) => {
          client.onText = resolve;
        });
        expect(room.send(MessageType.REQUEST, put(room, `text ${i}`), 0, 0)).toBeGreaterThan(0);
        expect(await answered).toBe(`text ${i}`);
      }
    }
  });

  it("comes after what is sent while it is written, which takes no part of its room", async () => {
    const room = reserve();
    const length = put(room, "the outer one");
    client.datagram("the first inner one");
    expect(client.port.reserve?.()).toBe(null);
    client.datagram("the second inner one");
    kernel.flush();
    room.send(MessageType.DATAGRAM, length, 0, 0);
    client.datagram("the last one");
    const { datagrams } = await client.log();
    expect(datagrams).toEqual([
      "the first inner one",
      "the second inner one",
      "the outer one",
      "the last one",
    ]);
  });

  it("is not sent when it is abandoned, or too long, or no answer that is awaited", async () => {
    const abandoned = reserve();
    put(abandoned, "never seen");
    abandoned.abandon();
    abandoned.abandon();
    // Near the ring's end a room is shorter than the longest message.
    for (let i = 0; i < 3; i++) await client.call("x".repeat(30_000));
    const long = reserve();
    expect(long.capacity).toBeLessThan(MAX_MESSAGE_LENGTH);
    expect(() => long.send(MessageType.DATAGRAM, long.capacity + 1, 0, 0)).toThrowError(
      expect.objectContaining({ status: "INVALID_PARAMETER" }),
    );
    const answer = reserve();
    expect(answer.send(MessageType.REPLY, put(answer, "to nobody"), 2, 0)).toBe(2);
    client.datagram("seen");
    expect((await client.log()).datagrams).toEqual(["seen"]);
  });

  it("has its memory until it ends, though the port is closed meanwhile", async () => {
    const room = reserve();
    client.port.close();
    await client.closed;
    expect(put(room, "too late")).toBe(PORT_MESSAGE_SIZE + 8);
    expect(room.view.getUint8(room.start + PORT_MESSAGE_SIZE)).toBe("t".charCodeAt(0));
    expect(() => room.send(MessageType.DATAGRAM, 48, 0, 0)).toThrowError(
      expect.objectContaining({ status: "PORT_DISCONNECTED" }),
    );
    expect(room.view.buffer.byteLength).toBe(0);
    expect(client.port.reserve?.()).toBe(null);
  });

  it("goes over the socket if the list is taken back meanwhile", async () => {
    const room = reserve();
    const length = put(room, "it got lost and was found");
    await eventually(() => {
      vi.advanceTimersByTime(10_000);
      return census().lists === 1;
    });
    room.send(MessageType.DATAGRAM, length, 0, 0);
    expect(census().lists).toBe(0);
    expect((await client.log()).datagrams).toEqual(["it got lost and was found"]);
  });
});
