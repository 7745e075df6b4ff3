import { describe, expect, it } from "vitest";
import {
  decodeConnectReply,
  decodeConnectRequest,
  encodeConnectReply,
  encodeConnectRequest,
} from "../src/connect-message.js";
import {
  attributesLength,
  dataInfoOffset,
  readAttributes,
  writeAttributes,
} from "../src/message-attributes.js";
import { MessageLedger } from "../src/message-ledger.js";
import { defaultPortLimits, resolvePortLimits } from "../src/port-limits.js";
import { align8, portMessage, portMessageFault, writePortMessage } from "../src/port-message.js";
import { parsePortName } from "../src/port-name.js";

const invalid = expect.objectContaining({ status: "INVALID_MESSAGE" });

describe("PORT_MESSAGE", () => {
  it("has the layout of the 64-bit ALPC header", () => {
    const words = new Uint32Array(12).fill(0xffff_ffff);
    writePortMessage(words, 8, 12, 0x1234, 0x89abcdef, 0xfedcba98, 0x5678);
    expect(Buffer.from(words.buffer, 8).toString("hex")).toBe(
      `3412${"5c12"}${"0c00"}${"7856"}${"00".repeat(16)}efcdab89${"00000000"}98badcfe${"00000000"}`,
    );
    expect(portMessage.dataLength(words, 8)).toBe(0x1234);
    expect(portMessage.totalLength(words, 8)).toBe(0x125c);
    expect(portMessage.type(words, 8)).toBe(12);
    expect(portMessage.dataInfoOffset(words, 8)).toBe(0x5678);
    expect(portMessage.messageId(words, 8)).toBe(0x89abcdef);
    expect(portMessage.callbackId(words, 8)).toBe(0xfedcba98);
  });

  it.each([
    [0, 0x28, null],
    [8, 0x30, null],
    [8, 0x38, null],
    [8, 0x2f, "exceeds the packet"],
    [0, 0x27, "no room"],
    [1, 0x30, "octets follow"],
    [0x1000, 0x1028, "exceeds the port"],
  ])("of %i octets in a packet of %i is %s", (dataLength, packetLength, fault) => {
    const words = new Uint32Array(16);
    writePortMessage(words, 0, 1, dataLength, 1, 0);
    const found = portMessageFault(words, 0, packetLength, 0x1000);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toContain(fault);
  });
});

describe("message attributes", () => {
  const cases = [
    {
      view: { sectionId: 7, size: 2 ** 40 + 5, offset: 0, isSealed: false },
      handleCount: 0,
      dataEntries: [],
    },
    {
      view: { sectionId: 8, size: 2 ** 30, offset: 2 ** 33 + 1, isSealed: true },
      handleCount: 0,
      dataEntries: [],
    },
    { view: null, handleCount: 16, dataEntries: [] },
    { view: null, handleCount: 0, dataEntries: [{ address: 0x7fff_1234_5678n, size: 99 }] },
    {
      view: { sectionId: 1, size: 0, offset: 0, isSealed: false },
      handleCount: 2,
      dataEntries: [
        { address: 1n, size: 2 },
        { address: 3n, size: 0xffff_ffff },
      ],
    },
  ];
  const encode = (attributes: (typeof cases)[number], dataLength = 5) => {
    const total = 0x28 + dataLength;
    const length = align8(total) + attributesLength(attributes);
    const buffer = new ArrayBuffer(512);
    const words = new Uint32Array(buffer);
    writePortMessage(words, 0, 1, dataLength, 1, 0, dataInfoOffset(total, attributes));
    writeAttributes(new DataView(buffer), align8(total), attributes);
    return { view: new DataView(buffer), words, length };
  };

  it.each(cases)("come back as they were (%#)", (attributes) => {
    const { view, words, length } = encode(attributes);
    expect(readAttributes(view, words, 0, length)).toEqual(attributes);
  });

  it.each(cases)("are refused when cut off or followed by more (%#)", (attributes) => {
    const { view, words, length } = encode(attributes);
    for (let cut = align8(0x2d) + 1; cut < length; cut++) {
      expect(() => readAttributes(view, words, 0, cut)).toThrowError(invalid);
    }
    expect(() => readAttributes(view, words, 0, length + 8)).toThrowError(invalid);
  });

  it("never fail with anything but a typed error, whatever octet is changed", () => {
    for (const attributes of cases) {
      const { length } = encode(attributes);
      for (let at = 0x30; at < length; at++) {
        for (const value of [0x01, 0x7f, 0x80, 0xff]) {
          const { view, words } = encode(attributes);
          view.setUint8(at, view.getUint8(at) ^ value);
          try {
            readAttributes(view, words, 0, length);
          } catch (error) {
            expect(error).toEqual(invalid);
          }
        }
      }
    }
  });
});

describe("connect messages", () => {
  it("come back as they were", () => {
    const payload = Uint8Array.of(1, 2, 3);
    const request = {
      tracking: "dynamic",
      delegate: true,
      completionList: true,
      acceptsHandles: true,
      payload,
    } as const;
    expect(decodeConnectRequest(encodeConnectRequest(request))).toEqual(request);
    const reply = {
      refusal: null,
      maxMessageLength: 0x1000,
      maxViewSize: 2 ** 40,
      allowsDirectMemory: true,
      acceptsHandles: false,
      completionList: true,
      payload,
    };
    expect(decodeConnectReply(encodeConnectReply(reply))).toEqual(reply);
    const refusal = { ...reply, refusal: "QUOTA_EXCEEDED" } as const;
    expect(decodeConnectReply(encodeConnectReply(refusal))).toEqual(refusal);
  });

  it("are refused in every length that is too short", () => {
    const request = encodeConnectRequest({ tracking: "static", delegate: false, payload: new Uint8Array() });
    for (let length = 0; length < request.length; length++) {
      expect(() => decodeConnectRequest(request.subarray(0, length))).toThrowError(invalid);
    }
  });

  it("are refused with limits that no port can have", () => {
    const reply = Buffer.alloc(24);
    reply.writeUInt32LE(0x4350_4c41, 0);
    reply.writeUInt16LE(1, 4);
    for (const length of [0, 0x27, 0x1_0000, 0xffff_ffff]) {
      reply.writeUInt32LE(length, 12);
      expect(() => decodeConnectReply(reply)).toThrowError(invalid);
    }
    reply.writeUInt32LE(0x1000, 12);
    for (const size of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      reply.writeDoubleLE(size, 16);
      expect(() => decodeConnectReply(reply)).toThrowError(invalid);
    }
  });
});

describe("the ledger of open messages", () => {
  it("numbers a client's requests odd and a server's even, and takes an answer once", () => {
    const [client, server] = [new MessageLedger("client"), new MessageLedger("server")];
    expect([client.issue(), client.issue(), server.issue(), server.issue()]).toEqual([1, 3, 2, 4]);
    expect(client.replyArrived(3)).toBe(true);
    expect(() => client.replyArrived(3)).toThrowError(invalid);
    expect(() => client.replyArrived(2)).toThrowError(invalid);
    expect(() => client.replyArrived(5)).toThrowError(invalid);
    expect(client.sentCount).toBe(1);
  });

  it("lets the answer to a withdrawn request come late", () => {
    const client = new MessageLedger("client");
    const id = client.issue();
    expect(client.withdraw(id)).toBe(true);
    expect(client.withdraw(id)).toBe(false);
    expect(client.replyArrived(id)).toBe(false);
    expect(() => client.replyArrived(id + 2)).toThrowError(invalid);
  });

  it("takes each id of the other side once while it is open", () => {
    const server = new MessageLedger("server");
    server.requestArrived(1);
    expect(server.isOpen(1)).toBe(true);
    expect(() => server.requestArrived(1)).toThrowError(invalid);
    expect(() => server.requestArrived(2)).toThrowError(invalid);
    expect(() => server.requestArrived(0)).toThrowError(invalid);
    expect(server.cancelArrived(1)).toBe(true);
    expect(server.cancelArrived(1)).toBe(false);
    expect(server.answer(1)).toBe(false);
    server.requestArrived(1);
    expect(server.answer(1)).toBe(true);
  });
});

describe("limits", () => {
  it("default where they are not given", () => {
    expect(resolvePortLimits()).toEqual(defaultPortLimits);
    expect(resolvePortLimits({ maxConnections: 3 })).toEqual({ ...defaultPortLimits, maxConnections: 3 });
  });

  it.each([
    { maxMessageLength: 0xfff0 },
    { maxMessageLength: 0x27 },
    { messagesPerTurn: 0 },
    { maxHandlesPerMessage: 17 },
    { maxConnections: 0 },
    { connectTimeout: Number.NaN },
    { maxSectionSize: 0.5 },
    { maxQueuedBytes: -1 },
  ])("are refused where no port can have them: %o", (limits) => {
    expect(() => resolvePortLimits(limits)).toThrowError(
      expect.objectContaining({ status: "INVALID_PARAMETER" }),
    );
  });
});

describe("port names", () => {
  it("are folded, shortened, or taken as paths", () => {
    expect(parsePortName("Service.Control-1_x")).toEqual({ kind: "name", name: "service.control-1_x" });
    expect(parsePortName("\\RPC Control\\X")).toEqual({ kind: "name", name: "x" });
    expect(parsePortName("/Run/X")).toEqual({ kind: "path", path: "/Run/X" });
    const plain = [
      "/",
      "//x",
      "/a/./b",
      "/a\0b",
      "-".repeat(201),
      "\\RPC Control\\",
      "\\Other\\x",
      "w\u00f6rk",
    ];
    // Letters whose lower or upper case is one of ASCII.
    for (const bad of [...plain, "wor\u212a", "cla\u017fs", "WOR\u0130", "d\u0131r"]) {
      expect(() => parsePortName(bad)).toThrowError(
        expect.objectContaining({ status: "OBJECT_NAME_INVALID" }),
      );
    }
  });
});
