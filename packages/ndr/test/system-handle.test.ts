import { describe, expect, it } from "vitest";
import {
  acceptSystemHandles,
  MessageHandles,
  putSystemHandle,
  putSystemHandleOrNull,
  Reader,
  Reader64,
  type SystemHandle,
  takeSystemHandle,
  takeSystemHandleOrNull,
  Writer,
  Writer64,
} from "../src/index.js";

class TestHandle implements SystemHandle {
  readonly kind: string;
  readonly fd = 7;
  isClosed = false;

  constructor(kind: string) {
    this.kind = kind;
  }

  take(): number {
    return this.fd;
  }

  close(): void {
    this.isClosed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function readerOf(octets: string, ...handles: SystemHandle[]): Reader {
  const reader = new Reader();
  const bytes = Buffer.from(octets, "hex");
  reader.attach(bytes, 0, bytes.length);
  reader.handles = new MessageHandles(handles);
  return reader;
}

const second = "0200000000000000";
const first = "0100000000000000";
const none = "0000000000000000";

describe("system handles in stub data", () => {
  it.each([
    ["NDR20", new Writer(), new Reader()],
    ["NDR64", new Writer64(), new Reader64()],
  ])("are numbers from 1 and a word of zeros in %s, aligned to 4", (_syntax, writer, reader) => {
    const handles = [new TestHandle("file"), new TestHandle("pipe")] as const;
    writer.uint8(0xaa);
    putSystemHandle(writer, handles[0]);
    putSystemHandleOrNull(writer, null);
    putSystemHandleOrNull(writer, handles[1]);
    expect(writer.buffer.toString("hex")).toBe(`aa000000${first}${none}${second}`);
    expect(writer.handles).toEqual(handles);
    const { buffer } = writer;
    reader.attach(buffer, 0, buffer.length);
    reader.handles = new MessageHandles(handles);
    reader.uint8();
    expect(takeSystemHandle(reader, "file")).toBe(handles[0]);
    expect(takeSystemHandleOrNull(reader, "socket")).toBeNull();
    expect(takeSystemHandle(reader, "pipe")).toBe(handles[1]);
    expect(acceptSystemHandles(reader, "whole")).toBe("whole");
    reader.handles.close();
    expect(handles.map(({ isClosed }) => isClosed)).toEqual([false, false]);
  });

  it("are kept by a writer whose memory is its own from then on", () => {
    const writer = new Writer();
    writer.attach(Buffer.alloc(64), 0, 64, 0);
    writer.uint32(1);
    expect(writer.isAttached).toBe(true);
    putSystemHandle(writer, new TestHandle("file"));
    expect(writer.isAttached).toBe(false);
    expect(writer.buffer.toString("hex")).toBe(`01000000${first}`);
  });

  it.each(["file", "directory", "device"])("may be a %s where a file is required", (kind) => {
    expect(takeSystemHandle(readerOf(first, new TestHandle(kind)), "file").kind).toBe(kind);
  });

  it.each([
    ["none", () => takeSystemHandle(readerOf(none).at("F.file"), "file"), "null_ref_pointer"],
    [
      "a number without a handle",
      () => takeSystemHandle(readerOf(first).at("F.file"), "file"),
      "bad_stub_data",
    ],
    [
      "another kind",
      () => takeSystemHandle(readerOf(first, new TestHandle("pipe")).at("F.file"), "file"),
      "handle_kind",
    ],
    [
      "what is no word of zeros",
      () => takeSystemHandle(readerOf("0100000001000000", new TestHandle("file")).at("F.file"), "file"),
      "bad_stub_data",
    ],
    [
      "one more than is named",
      () => acceptSystemHandles(readerOf(none, new TestHandle("file")).at("F.file"), null),
      "handle_count",
    ],
  ])("are refused: %s", (_what, read, code) => {
    expect(read).toThrow(expect.objectContaining({ code, path: "F.file" }));
  });

  it("belong to nobody until all has been read: then they are closed", () => {
    const handles = [new TestHandle("file"), new TestHandle("file")];
    const reader = readerOf(first + first, ...handles);
    takeSystemHandle(reader, "file");
    expect(() => takeSystemHandle(reader, "file")).toThrow("handle 1 of the message once more");
    reader.handles?.close();
    expect(handles.every(({ isClosed }) => isClosed)).toBe(true);
  });

  it("are no numbers or other values to a writer", () => {
    for (const value of [3, null, {}, "file"]) {
      expect(() => Reflect.apply(putSystemHandle, null, [new Writer(), value])).toThrow(
        "does not fit a SystemHandle, as lendHandle and giveHandle make them",
      );
    }
  });
});
