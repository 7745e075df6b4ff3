import { Reader } from "@ncalrpc/ndr";
import { describe, expect, it } from "vitest";
import { BIND_SIZE, readBind, writeBind } from "../src/protocol-lrpc/bind.js";
import { CANCEL_SIZE, readCancel, writeCancel } from "../src/protocol-lrpc/cancel.js";
import { FAULT_HEADER_SIZE, MAX_FAULT_SIZE, readFault, writeFault } from "../src/protocol-lrpc/fault.js";
import { formatHello, parseHello } from "../src/protocol-lrpc/hello.js";
import { requestHeader, writeLargeRequestSize, writeRequestHeader } from "../src/protocol-lrpc/request.js";
import {
  responseHeader,
  writeLargeResponseSize,
  writeResponseHeader,
} from "../src/protocol-lrpc/response.js";
import { ViewCache } from "../src/protocol-lrpc/view-cache.js";

const at = 0x28;
const poisoned = (size: number): Buffer => Buffer.alloc(at + size, 0xee);
const viewOf = (buffer: Buffer): DataView => new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
const hex = (buffer: Buffer): string => buffer.subarray(at).toString("hex");

describe("LRPC messages", () => {
  it("a bind has the published layout", () => {
    const bind = {
      status: 0,
      uuid: "00112233-4455-6677-8899-aabbccddeeff",
      version: { major: 3, minor: 1 },
      transferSyntaxes: 1,
      ndr20Id: 7,
      ndr64Id: 0x0908,
      flags: 0,
    };
    const buffer = poisoned(BIND_SIZE);
    writeBind(buffer, at, bind);
    expect(hex(buffer)).toBe(
      `01000000000000000000000033221100554477668899aabbccddeeff0300010001000000070008090000${"00".repeat(30)}`,
    );
    const reader = new Reader();
    reader.attach(buffer, at, BIND_SIZE);
    expect(readBind(reader)).toEqual(bind);
  });

  it("a request has the published layout, and says nothing where LRPC is silent", () => {
    const buffer = poisoned(0x48);
    const view = viewOf(buffer);
    writeRequestHeader(view, at, 4, 0x01020304, 5, 6, 0);
    writeLargeRequestSize(view, at, 0x0a0b0c0d);
    expect(hex(buffer)).toBe(
      `000000000000000004000000040302010500000006000000${"00".repeat(40)}0d0c0b0a00000000`,
    );
    expect(requestHeader.flags(view, at)).toBe(4);
    expect(requestHeader.callId(view, at)).toBe(0x01020304);
    expect(requestHeader.bindingId(view, at)).toBe(5);
    expect(requestHeader.procNum(view, at)).toBe(6);
    expect(requestHeader.timeout(view, at)).toBe(0);
    expect(requestHeader.largeDataSize(view, at)).toBe(0x0a0b0c0d);
    expect(requestHeader.isComplete(view, at, 0x48)).toBe(true);
    expect(requestHeader.isComplete(view, at, 0x47)).toBe(false);
    writeRequestHeader(view, at, 0, 1, 5, 6, 250);
    expect(requestHeader.timeout(view, at)).toBe(250);
    expect(requestHeader.largeDataSize(view, at)).toBe(0);
    expect(requestHeader.isComplete(view, at, 0x40)).toBe(true);
    expect(requestHeader.isComplete(view, at, 0x3f)).toBe(false);
  });

  it("a response has the published layout", () => {
    const buffer = poisoned(0x20);
    const view = viewOf(buffer);
    writeResponseHeader(view, at, 4, 9);
    writeLargeResponseSize(view, at, 77);
    expect(hex(buffer)).toBe("0300000000000000040000000900000000000000000000004d00000000000000");
    expect(responseHeader.flags(view, at)).toBe(4);
    expect(responseHeader.callId(view, at)).toBe(9);
    expect(responseHeader.largeDataSize(view, at)).toBe(77);
    expect(responseHeader.isComplete(view, at, 0x20)).toBe(true);
    expect(responseHeader.isComplete(view, at, 0x1f)).toBe(false);
    writeResponseHeader(view, at, 0, 9);
    expect(responseHeader.largeDataSize(view, at)).toBe(0);
    expect(responseHeader.isComplete(view, at, 0x18)).toBe(true);
    expect(responseHeader.isComplete(view, at, 0x17)).toBe(false);
  });

  it("a fault carries its status, and text only where the peer knows that extension", () => {
    const buffer = poisoned(MAX_FAULT_SIZE);
    expect(writeFault(buffer, at, "RPC_S_ACCESS_DENIED", null)).toBe(FAULT_HEADER_SIZE);
    expect(buffer.toString("hex", at, at + FAULT_HEADER_SIZE)).toBe("02000000000000000500000000000000");
    expect(readFault(buffer, at, 20)).toEqual({ status: "RPC_S_ACCESS_DENIED", details: null });
    const size = writeFault(buffer, at, "RPC_S_TIMEOUT", "zu spät");
    expect(readFault(buffer, at, size)).toEqual({ status: "RPC_S_TIMEOUT", details: "zu spät" });
    const cut = writeFault(buffer, at, "RPC_S_TIMEOUT", "ä".repeat(5000));
    expect(cut).toBeLessThanOrEqual(MAX_FAULT_SIZE);
    expect(readFault(buffer, at, cut)?.details).toMatch(/^ä+$/);
    expect(readFault(buffer, at, FAULT_HEADER_SIZE - 1)).toBeNull();
  });

  it("a fault that lies about its text is read no further than it goes", () => {
    const buffer = poisoned(MAX_FAULT_SIZE);
    const size = writeFault(buffer, at, "RPC_S_TIMEOUT", "abc");
    buffer.writeUInt32LE(0xffff_ffff, at + FAULT_HEADER_SIZE);
    expect(readFault(buffer, at, size)?.details).toBe("abc");
    expect(readFault(buffer, at, FAULT_HEADER_SIZE)?.details).toBeNull();
  });

  it("a cancel names its call", () => {
    const buffer = poisoned(CANCEL_SIZE);
    writeCancel(buffer, at, 42);
    expect(readCancel(buffer, at, CANCEL_SIZE)).toBe(42);
    expect(readCancel(buffer, at, CANCEL_SIZE - 1)).toBeNull();
  });

  it("a view follows the buffer", () => {
    const views = new ViewCache();
    const [one, two] = [Buffer.from([1, 0]), Buffer.from([2, 0])];
    expect(views.of(one).getUint16(0, true)).toBe(1);
    expect(views.of(one)).toBe(views.of(one));
    expect(views.of(two).getUint16(0, true)).toBe(2);
    expect(views.of(one).byteLength).toBe(2);
  });

  it("a hello that we don't understand means plain LRPC", () => {
    expect(parseHello(formatHello({ features: 5, maxCalls: 9 }))).toEqual({ features: 5, maxCalls: 9 });
    expect(parseHello(formatHello({ features: 5, maxCalls: 0 })).maxCalls).toBe(1);
    const plain = { features: 0, maxCalls: 1 };
    expect(parseHello(new Uint8Array(0))).toEqual(plain);
    expect(parseHello(new Uint8Array(64).fill(0xff))).toEqual(plain);
    const future = formatHello({ features: 5, maxCalls: 9 });
    future.writeUInt16LE(2, 4);
    expect(parseHello(future)).toEqual(plain);
  });
});
