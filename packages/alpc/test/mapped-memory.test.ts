import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { deflate } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { detachBuffer } from "../src/detach-buffer.js";
import { C, type LibC, loadLibC } from "../src/linux/libc.js";
import { detectMemoryMode, MappedMemory, type MemoryMode } from "../src/linux/mapped-memory.js";

const libc = loadLibC();
const SIZE = 65_536;

function memoryFile(size = SIZE): { fd: number } & Disposable {
  const fd = libc.memfd_create("test", C.MFD_CLOEXEC);
  libc.ftruncate(fd, size);
  return { fd, [Symbol.dispose]: () => void libc.close(fd) };
}

test("detaching works at once, on memory of any origin", () => {
  const buffer = new ArrayBuffer(10);
  const bytes = new Uint8Array(buffer, 2);
  detachBuffer(buffer);
  detachBuffer(buffer);
  expect(bytes.length).toBe(0);
  expect(buffer.byteLength).toBe(0);
});

describe.each<MemoryMode>(["mapped", "copied"])("%s", (mode) => {
  test("what one side publishes, the other one sees", () => {
    using file = memoryFile();
    using server = MappedMemory.map(libc, file.fd, SIZE, "read-write", mode);
    using client = MappedMemory.map(libc, file.fd, SIZE, "read-only", mode);
    for (const value of [1, 2, 3]) {
      const written = server.lend(SIZE);
      written.bytes.fill(value);
      written.publish();
      const read = client.lend(SIZE);
      expect([read.bytes[0], read.bytes[SIZE - 1]]).toEqual([value, value]);
      read.detach();
      written.detach();
    }
  });

  test("a detached window has length 0, and so has everything made from it", () => {
    using file = memoryFile();
    using memory = MappedMemory.map(libc, file.fd, SIZE, "read-write", mode);
    const window = memory.lend(100);
    const views = [window.bytes, Buffer.from(window.bytes.buffer), window.bytes.subarray(10)];
    const dataView = new DataView(window.bytes.buffer);
    expect(window.bytes.length).toBe(100);
    window.detach();
    window.detach();
    window.publish();
    expect(views.map((view) => view.length)).toEqual([0, 0, 0]);
    expect(views.map((view) => view[0])).toEqual([undefined, undefined, undefined]);
    expect(() => dataView.getUint8(0)).toThrow(TypeError);
    expect(memory.lend(100).bytes.length).toBe(100);
  });

  test("unmapping detaches every window that is out", () => {
    using file = memoryFile();
    const memory = MappedMemory.map(libc, file.fd, SIZE, "read-write", mode);
    const windows = [memory.lend(1), memory.lend(SIZE), memory.lend(0)];
    memory.unmap();
    memory.unmap();
    expect(windows.map((window) => window.bytes.length)).toEqual([0, 0, 0]);
    expect(() => memory.lend(1)).toThrow(/no longer mapped/);
  });

  test("writing to read-only memory neither faults nor lasts", () => {
    using file = memoryFile();
    using server = MappedMemory.map(libc, file.fd, SIZE, "read-write", mode);
    using client = MappedMemory.map(libc, file.fd, SIZE, "read-only", mode);
    const stray = client.lend(SIZE);
    stray.bytes.fill(7);
    stray.publish();
    const own = server.lend(SIZE);
    expect(own.bytes[0]).toBe(0);
    stray.detach();
    own.bytes.fill(8);
    own.publish();
    expect(client.lend(SIZE).bytes[SIZE - 1]).toBe(8);
  });

  test.each([-1, 1.5, SIZE + 1, Number.NaN])("a window of %s octets is refused", (length) => {
    using file = memoryFile();
    using memory = MappedMemory.map(libc, file.fd, SIZE, "read-write", mode);
    expect(() => memory.lend(length)).toThrow(expect.objectContaining({ status: "INVALID_PARAMETER" }));
  });
});

/** A byte stream takes over the buffers of what it is given. */
function enqueueInByteStream(bytes: Uint8Array): void {
  new ReadableStream({ type: "bytes", start: (controller) => controller.enqueue(bytes) });
}

test("a large window is of the same memory each time, cannot be transferred, and makes no new buffer for the garbage collector", () => {
  const size = 1024 * 1024;
  using file = memoryFile(size);
  const mremap = vi.fn(libc.mremap);
  using memory = MappedMemory.map({ ...libc, mremap }, file.fd, size, "read-write", "mapped");
  using other = MappedMemory.map(libc, file.fd, size, "read-write", "mapped");
  for (let round = 1; round <= 3; round++) {
    const window = memory.lend(size - round);
    const { bytes } = window;
    expect(bytes.length).toBe(size - round);
    memory.fill(Uint8Array.of(round), 9);
    expect([bytes[9], other.lend(10).bytes[9]]).toEqual([round, round]);
    expect(() => enqueueInByteStream(bytes)).toThrow(TypeError);
    expect(bytes.length).toBe(size - round);
    window.detach();
    expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0]);
  }
  expect(mremap).toHaveBeenCalledTimes(1);
});

test("two large windows at a time are two", () => {
  const size = 512 * 1024;
  using file = memoryFile(size);
  using memory = MappedMemory.map(libc, file.fd, size, "read-write", "mapped");
  const [one, two] = [memory.lend(size), memory.lend(size)];
  one.bytes[0] = 5;
  one.detach();
  expect([one.bytes.length, two.bytes.length, two.bytes[0]]).toEqual([0, size, 5]);
});

test("a native operation that is still running when its memory is unmapped does not fault", async () => {
  const size = 16 * 1024 * 1024;
  using file = memoryFile(size);
  const memory = MappedMemory.map(libc, file.fd, size, "read-write", "mapped");
  const compressed = promisify(deflate)(memory.lend(size).bytes, { level: 9 });
  await sleep(5);
  memory.unmap();
  expect((await compressed).length).toBeGreaterThan(0);
});

test("addresses are given back when the last buffer over them has been collected, not before", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  using file = memoryFile();
  const munmap = vi.fn(libc.munmap);
  const memory = MappedMemory.map({ ...libc, munmap }, file.fd, SIZE, "read-write", "mapped");
  const held = { buffer: memory.lend(10).bytes.buffer };
  memory.lend(20);
  memory.unmap();
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await sleep(1);
  }
  expect(held.buffer.byteLength).toBe(0);
  expect(munmap).not.toHaveBeenCalled();
  held.buffer = new ArrayBuffer(0);
  await expect
    .poll(() => {
      collectGarbage();
      return munmap.mock.calls.length;
    })
    .toBe(1);
});

test("memory that was never lent is unmapped at once", () => {
  using file = memoryFile();
  const munmap = vi.fn(libc.munmap);
  MappedMemory.map({ ...libc, munmap }, file.fd, SIZE, "read-write", "mapped").unmap();
  expect(munmap).toHaveBeenCalledTimes(1);
});

test("mapping fails with a typed error", () => {
  using file = memoryFile();
  const failing: LibC = { ...libc, mmap: () => -1, errno: () => 12 };
  const map = () => MappedMemory.map(failing, file.fd, SIZE, "read-write", "mapped");
  expect(map).toThrow(expect.objectContaining({ status: "INSUFFICIENT_RESOURCES", errno: "ENOMEM" }));
});

test("the probe finds memory in place here, and copies where nothing can be mapped", () => {
  expect(detectMemoryMode(libc)).toBe("mapped");
  expect(detectMemoryMode({ ...libc, mmap: () => -1 })).toBe("copied");
});
