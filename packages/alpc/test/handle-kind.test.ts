import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi from "koffi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { handleKind } from "../src/linux/handle-kind.js";
import { C, loadLibC } from "../src/linux/libc.js";
import { LinuxHandle } from "../src/linux/linux-handle.js";
import { memoryFile, openPipe } from "./descriptors.js";
import { socketPair } from "./socket-pair.js";

const libc = loadLibC();
const eventfd = koffi.load(null).func("int eventfd(unsigned int, int)");

describe("a handle's kind", () => {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "ncalrpc-handle-"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each<[string, LinuxHandle["kind"], () => number]>([
    ["a file", "file", () => openSync(join(directory, "file"), "w+")],
    ["a file that is called like memory", "file", () => openSync(join(directory, "memfd:x"), "w+")],
    ["a directory", "directory", () => openSync(directory, "r")],
    ["a pipe", "pipe", () => openPipe()[0]],
    ["a socket", "socket", () => socketPair()[0]],
    ["memory", "section", memoryFile],
    ["a file in /dev/shm", "file", () => openSync("/dev/shm/ncalrpc-handle-test", "w+")],
    ["a device", "device", () => openSync("/dev/null", "r")],
    ["a pidfd", "process", () => libc.pidfd_open(process.pid, 0)],
    ["an eventfd", "event", () => eventfd(0, 0)],
    ["an epoll instance", "other", () => libc.epoll_create1(C.EPOLL_CLOEXEC)],
    ["a file that was opened as a name only", "other", () => openSync(directory, C.O_PATH)],
  ])("%s is %s", (_what, kind, open) => {
    const fd = open();
    expect(handleKind(libc, fd)).toBe(kind);
    closeSync(fd);
    rmSync("/dev/shm/ncalrpc-handle-test", { force: true });
  });

  test("a closed descriptor is of no kind", () => {
    expect(handleKind(libc, 9_999)).toBe("other");
  });
});

describe("a received handle", () => {
  test("is closed once, unless it was taken", () => {
    const closed: number[] = [];
    const handle = new LinuxHandle(5, "file", (fd) => closed.push(fd));
    expect(handle.fd).toBe(5);
    handle.close();
    handle[Symbol.dispose]();
    expect(closed).toEqual([5]);
    expect(() => handle.fd).toThrow("taken or closed");
    const taken = new LinuxHandle(6, "file", (fd) => closed.push(fd));
    expect(taken.take()).toBe(6);
    taken.close();
    expect(() => taken.take()).toThrow("taken or closed");
    expect(closed).toEqual([5]);
  });
});
