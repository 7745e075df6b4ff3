import { closeSync, readdirSync, readFileSync, readlinkSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { constants } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import koffi from "koffi";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AlpcError } from "../src/error.js";
import { closeConnection, closeListener } from "../src/linux/close-socket.js";
import { DescriptorCloser, descriptorCloser } from "../src/linux/descriptor-closer.js";
import {
  createHandleReceiver,
  type HandlePacket,
  type HandleReceiver,
} from "../src/linux/handle-receiver.js";
import { C, loadLibC } from "../src/linux/libc.js";
import { ReceiveBatch } from "../src/linux/receive-batch.js";
import { openSocket, refuseDescriptors } from "../src/linux/socket.js";
import { descriptorsClosed, memoryFile, openPipe } from "./descriptors.js";
import { FaultyLibC } from "./faulty-libc.js";
import { sendWithDescriptors, socketPair } from "./socket-pair.js";

const libc = loadLibC();
const library = koffi.load(null);
const nameOf = library.func("int getsockname(int fd, void *address, void *length)");
const connectTo = library.func("int connect(int fd, void *address, int length)");

const openDescriptors = () => readdirSync("/proc/self/fd").length;

const openNames = () =>
  readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The descriptor of this very listing.
      return "";
    }
  });

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 5_000; !condition(); await sleep(2)) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
  }
}

/** Collects what a receiver hands on. */
class Recorder {
  readonly packets: HandlePacket[] = [];
  batches = 0;
  end: { reason: AlpcError | null } | null = null;
  onPacket = (packet: HandlePacket): void => void this.packets.push(packet);
  readonly onBatchEnd = (): void => void this.batches++;
  readonly onEnd = (reason: AlpcError | null): void => {
    this.end = { reason };
  };
}

test("without a thread, descriptors are closed all the same", async () => {
  const closer = new DescriptorCloser(libc, new URL("programs/no-such-program.mjs", import.meta.url));
  const fds = [memoryFile(), memoryFile()];
  await Promise.all(fds.map((fd) => new Promise<void>((resolve) => closer.close(fd, resolve))));
  expect(fds.map((fd) => libc.fcntl(fd, C.F_GETFD, 0))).toEqual([-1, -1]);
  expect(closer.pending).toBe(0);
});

describe("receiving handles", () => {
  const options = { maxPacketLength: 1000, maxHandlesPerMessage: 4, packetsPerTurn: 4 };
  let near = -1;
  let before = 0;
  let recorder: Recorder;
  let receiver: HandleReceiver;

  beforeAll(async () => {
    // Starts the threads, so that what they keep open is not counted.
    const [first, second] = socketPair();
    const warm = new Recorder();
    const own = createHandleReceiver(second, warm, options);
    sendWithDescriptors(first, Buffer.from("x"), [first]);
    await until("the threads run", () => warm.packets.length === 1);
    for (const handle of warm.packets[0]?.handles ?? []) handle.close();
    const name = readlinkSync(`/proc/self/fd/${second}`);
    own.close();
    libc.close(first);
    // Closed in order, so this is the last one.
    await until("all is closed", () => !openNames().includes(name));
  });

  beforeEach(() => {
    before = openDescriptors();
    recorder = new Recorder();
    const [own, far] = socketPair();
    near = own;
    receiver = createHandleReceiver(far, recorder, options);
  });

  afterEach(async () => {
    receiver.close();
    receiver.close();
    libc.close(near);
    for (const { handles } of recorder.packets) for (const handle of handles) handle.close();
    await until("every descriptor is closed again", () => openDescriptors() === before);
  });

  test("packets come with who sent them, and what came with them", async () => {
    const [readEnd, writeEnd] = openPipe();
    const memory = memoryFile();
    expect(sendWithDescriptors(near, Buffer.from("one"), [])).toBe(true);
    expect(sendWithDescriptors(near, Buffer.from("two"), [readEnd, memory])).toBe(true);
    expect(sendWithDescriptors(near, Buffer.alloc(0), [])).toBe(true);
    for (const fd of [readEnd, memory]) closeSync(fd);
    await until("three packets are there", () => recorder.packets.length === 3);
    const credentials = { pid: process.pid, uid: process.getuid?.(), gid: process.getgid?.() };
    expect(recorder.packets.map(({ bytes }) => bytes.toString())).toEqual(["one", "two", ""]);
    expect(recorder.packets.map((packet) => packet.credentials)).toEqual([
      credentials,
      credentials,
      credentials,
    ]);
    expect(recorder.packets.map(({ handles }) => handles.map(({ kind }) => kind))).toEqual([
      [],
      ["pipe", "section"],
      [],
    ]);
    expect(recorder.batches).toBeGreaterThan(0);
    const [handle] = recorder.packets[1]?.handles ?? [];
    if (handle === undefined) throw new Error("no handle");
    const FD_CLOEXEC = 1;
    expect(libc.fcntl(handle.fd, C.F_GETFD, 0)).toBe(FD_CLOEXEC);
    expect(readlinkSync(`/proc/self/fd/${handle.fd}`)).toMatch(/^pipe:/);
    writeSync(writeEnd, "through");
    closeSync(writeEnd);
    const fd = handle.take();
    expect(readFileSync(fd, "utf8")).toBe("through");
    closeSync(fd);
  });

  test("the end of the connection comes after its last packet", async () => {
    sendWithDescriptors(near, Buffer.from("last"), []);
    libc.shutdown(near, C.SHUT_WR);
    await until("the end is told", () => recorder.end !== null);
    expect(recorder.packets.map(({ bytes }) => bytes.toString())).toEqual(["last"]);
    expect(recorder.end).toEqual({ reason: null });
  });

  test.each([
    ["too many handles", 10, 5, "5 handles in a message, allowed are 4"],
    ["as many as the system sends", 10, 253, "253 handles in a message, allowed are 4"],
    ["too long a packet", 1001, 1, "a packet of 1001 octets, allowed are 1000"],
  ])("%s end the connection, and leak nothing", async (_what, length, count, message) => {
    const fd = memoryFile();
    sendWithDescriptors(near, Buffer.from("good"), [fd]);
    sendWithDescriptors(near, Buffer.alloc(length), Array(count).fill(fd));
    sendWithDescriptors(near, Buffer.from("never seen"), [fd]);
    closeSync(fd);
    await until("the end is told", () => recorder.end !== null);
    expect(recorder.packets.map(({ bytes }) => bytes.toString())).toEqual(["good"]);
    expect(recorder.end?.reason).toEqual(expect.objectContaining({ status: "INVALID_MESSAGE", message }));
  });

  test("a paused connection waits, and loses nothing", async () => {
    receiver.pause();
    for (let i = 0; i < 20; i++) sendWithDescriptors(near, Buffer.from([i]), []);
    await until("the turn that was on its way has come", () => recorder.packets.length > 0);
    await sleep(30);
    // At most one turn was under way.
    expect(recorder.packets.length).toBeLessThanOrEqual(options.packetsPerTurn);
    receiver.resume();
    await until("all are there", () => recorder.packets.length === 20);
    expect(recorder.packets.map(({ bytes }) => bytes[0])).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("a sink may close the connection from within, which closes the descriptor once", async () => {
    const pending = new Promise<number>((resolve) => {
      recorder.onPacket = () => {
        receiver.close();
        process.nextTick(() => resolve(descriptorCloser().pending));
      };
    });
    sendWithDescriptors(near, Buffer.from("x"), []);
    sendWithDescriptors(near, Buffer.from("y"), []);
    expect(await pending).toBe(1);
  });

  test("after close() nothing more is told, and what still comes is closed", async () => {
    const fd = memoryFile();
    for (let i = 0; i < 8; i++) sendWithDescriptors(near, Buffer.from("x"), [fd, fd]);
    closeSync(fd);
    receiver.close();
    await sleep(30);
    expect(recorder.packets).toEqual([]);
    expect(recorder.end).toBeNull();
  });
});

/** TCP sockets with unsent data that linger: closing one takes LINGER seconds, if nothing is done about it. */
describe("sockets that linger", () => {
  const LINGER = 1;
  let sink: Server;
  let port = 0;
  beforeAll(async () => {
    sink = createServer((socket) => socket.pause());
    await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
    const address = sink.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(() => void sink.close());

  function lingering(): number {
    const AF_INET = 2;
    const SOCK_STREAM = 1;
    const fd = libc.socket(AF_INET, SOCK_STREAM | C.SOCK_CLOEXEC, 0);
    const address = Buffer.alloc(16);
    address.writeUInt16LE(AF_INET, 0);
    address.writeUInt16BE(port, 2);
    address.set([127, 0, 0, 1], 4);
    expect(connectTo(fd, address, address.length)).toBe(0);
    const linger = Buffer.from([1, 0, 0, 0, LINGER, 0, 0, 0]);
    libc.setsockopt(fd, C.SOL_SOCKET, C.SO_LINGER, linger, linger.length);
    const data = Buffer.alloc(1024 * 1024);
    while (libc.send(fd, data, data.length, C.MSG_DONTWAIT | C.MSG_NOSIGNAL) > 0);
    return fd;
  }

  test("stall neither the event loop nor other connections, whether they are taken, refused or never read", async () => {
    const options = { maxPacketLength: 1000, maxHandlesPerMessage: 1, packetsPerTurn: 4 };
    const bystander = new Recorder();
    const [friend, friendFar] = socketPair();
    const other = createHandleReceiver(friendFar, bystander, options);
    const recorders: Recorder[] = [];
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const sockets: number[] = [];
    const receivers: HandleReceiver[] = [];
    for (const count of [1, 2, 1]) {
      const [near, far] = socketPair();
      const fds = Array.from({ length: count }, lingering);
      for (let i = 0; i < 3; i++) expect(sendWithDescriptors(near, Buffer.from("x"), fds)).toBe(true);
      // Whoever sent them is gone: the references on the way are the last ones.
      for (const fd of fds) libc.close(fd);
      const recorder = new Recorder();
      const receiver = createHandleReceiver(far, recorder, options);
      recorders.push(recorder);
      sockets.push(near);
      receivers.push(receiver);
    }
    delay.enable();
    await until("the first is read", () => (recorders[0]?.packets.length ?? 0) === 3);
    for (const { handles } of recorders[0]?.packets ?? []) for (const handle of handles) handle.close();
    await until("the second is refused", () => recorders[1]?.end !== null);
    for (const receiver of receivers) receiver.close();
    for (const { packets } of recorders)
      for (const { handles } of packets) for (const handle of handles) handle.close();
    const started = performance.now();
    for (let i = 0; i < 10; i++) {
      sendWithDescriptors(friend, Buffer.from("y"), []);
      await until("the friend is served", () => bystander.packets.length === i + 1);
    }
    expect(performance.now() - started).toBeLessThan(1_000);
    delay.disable();
    expect(delay.max / 1e6).toBeLessThan(250);
    other.close();
    for (const fd of [...sockets, friend]) libc.close(fd);
  });

  test("are closed at once, though they ask for more time", async () => {
    const closer = new DescriptorCloser();
    const timed = async (close: (fd: number) => unknown) => {
      const fd = lingering();
      const started = performance.now();
      await close(fd);
      return performance.now() - started;
    };
    await new Promise<void>((resolve) => closer.close(memoryFile(), resolve));
    expect(await timed((fd) => libc.close(fd))).toBeGreaterThan(LINGER * 900);
    expect(await timed((fd) => new Promise<void>((resolve) => closer.close(fd, resolve)))).toBeLessThan(
      LINGER * 500,
    );
    expect(closer.pending).toBe(0);
  });
});

describe("closing a connection", () => {
  beforeAll(() => descriptorsClosed());
  const isOpen = (fd: number) => libc.fcntl(fd, C.F_GETFD, 0) !== -1;
  const send = (socket: number, data: string, fds: number[] = []) =>
    expect(sendWithDescriptors(socket, Buffer.from(data), fds)).toBe(true);

  test.each<[string, (near: number, far: number) => void]>([
    ["a packet", (near) => send(near, "x")],
    ["a packet of length 0", (near) => send(near, "")],
    ["descriptors", (near) => send(near, "", [near])],
    [
      "a packet behind an error",
      (near, far) => {
        send(near, "x");
        send(far, "never read, so its end is a reset");
        libc.close(near);
      },
    ],
  ])("that holds %s is left to another thread", async (_, prepare) => {
    const [near, far] = socketPair();
    prepare(near, far);
    closeConnection(libc, far);
    expect(descriptorCloser().pending).toBe(1);
    if (isOpen(near)) {
      expect(sendWithDescriptors(near, Buffer.from("late"), [])).toBe(false);
      libc.close(near);
    }
    await descriptorsClosed();
    expect(isOpen(far)).toBe(false);
  });

  test("that holds nothing is done at once", () => {
    const [near, far] = socketPair();
    send(near, "read");
    expect(new ReceiveBatch(libc).receive(far, 2)).toBe(1);
    closeConnection(libc, far);
    expect(isOpen(far)).toBe(false);
    expect(sendWithDescriptors(near, Buffer.from("late"), [])).toBe(false);
    libc.close(near);
  });

  test("to which nobody can send descriptors is done at once, where the system has that", async () => {
    const [near, far] = socketPair();
    const refuses = refuseDescriptors(libc, far);
    expect(sendWithDescriptors(near, Buffer.from("x"), [near])).toBe(!refuses);
    send(near, "y");
    closeConnection(libc, far);
    expect(descriptorCloser().pending).toBe(refuses ? 0 : 1);
    libc.close(near);
    await descriptorsClosed();
    expect(isOpen(far)).toBe(false);
  });
});

describe("closing a listening socket", () => {
  beforeAll(() => descriptorsClosed());

  /** A listener at an abstract name that the system chooses, and connections to it that nobody has accepted. */
  function listener(connections: number): { readonly fd: number; readonly clients: readonly number[] } {
    const fd = openSocket(libc);
    const family = Buffer.alloc(2);
    family.writeUInt16LE(C.AF_UNIX);
    expect(libc.bind(fd, family, 2)).toBe(0);
    expect(libc.listen(fd, 16)).toBe(0);
    const address = Buffer.alloc(110);
    const length = Buffer.from([address.length, 0, 0, 0]);
    expect(nameOf(fd, address, length)).toBe(0);
    const clients = Array.from({ length: connections }, () => {
      const client = openSocket(libc);
      expect(libc.connect(client, address, length.readInt32LE())).toBe(0);
      return client;
    });
    return { fd, clients };
  }

  test("closes whom nobody has accepted, in another thread if they have sent something", async () => {
    const before = openDescriptors();
    const { fd, clients } = listener(3);
    const [first = -1, second = -1] = clients;
    sendWithDescriptors(first, Buffer.from("x"), [first]);
    sendWithDescriptors(second, Buffer.from("x"), []);
    closeListener(libc, fd);
    expect(libc.fcntl(fd, C.F_GETFD, 0)).toBe(-1);
    expect(descriptorCloser().pending).toBe(2);
    for (const client of clients) {
      expect(sendWithDescriptors(client, Buffer.from("late"), [])).toBe(false);
      libc.close(client);
    }
    await descriptorsClosed();
    expect(openDescriptors()).toBe(before);
  });

  test("leaves it to another thread where no descriptor is left to accept them with", async () => {
    const { fd, clients } = listener(1);
    closeListener(new FaultyLibC("accept4", 1, constants.errno.EMFILE).libc, fd);
    expect(descriptorCloser().pending).toBe(1);
    await descriptorsClosed();
    expect(libc.fcntl(fd, C.F_GETFD, 0)).toBe(-1);
    for (const client of clients) libc.close(client);
  });
});
