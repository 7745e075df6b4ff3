import { describe, expect, test } from "vitest";
import { MessageType, PORT_MESSAGE_SIZE } from "../../src/message.js";
import { AttributeBuffer, getWord } from "../../src/nt/attribute-buffer.js";
import { OwnCorrespondence } from "../../src/nt/correspondence.js";
import { farewellMessage, readFarewell } from "../../src/nt/farewell.js";
import { InboundMessage } from "../../src/nt/inbound-message.js";
import {
  CONTEXT_ATTR,
  HANDLE_ATTR,
  TOKEN_ATTR,
  VIEW_ATTR,
} from "../../src/nt/layout/attribute-structures.js";
import { ViewFlags } from "../../src/nt/layout/flags.js";
import { PORT_MESSAGE } from "../../src/nt/layout/port-structures.js";
import { readTrailer, TRAILER_SIZE, writeTrailer } from "../../src/nt/message-trailer.js";
import { newMessage, OutboundMessage } from "../../src/nt/outbound-message.js";
import { PlainCorrespondence } from "../../src/nt/plain-correspondence.js";
import { dataView } from "../../src/nt/structures.js";

const CONTINUATION_REQUIRED = 0x2000;
const invalid = expect.objectContaining({ name: "AlpcError", status: "INVALID_MESSAGE" });

/** A record as the receive worker writes it. */
function received(
  type: number,
  body: Buffer,
  { id = 7, context = null as number | null, fill = (_: AttributeBuffer) => {} } = {},
): InboundMessage {
  const message = Buffer.concat([Buffer.alloc(PORT_MESSAGE_SIZE), body]);
  message.writeUInt16LE(body.length, PORT_MESSAGE.DataLength);
  message.writeUInt16LE(message.length, PORT_MESSAGE.TotalLength);
  message.writeUInt16LE(type, PORT_MESSAGE.Type);
  message.writeUInt32LE(4242, PORT_MESSAGE.UniqueProcess);
  message.writeUInt32LE(id, PORT_MESSAGE.MessageId);
  message.writeUInt32LE(99, PORT_MESSAGE.CallbackId);
  const attributes = new AttributeBuffer("VIEW", "CONTEXT", "HANDLE", "TOKEN");
  // What is not valid is full of nonsense, as it may be.
  attributes.bytes.fill(0xa5, 8);
  if (context !== null) {
    attributes.clear("CONTEXT");
    attributes.setWord(attributes.offset("CONTEXT") + CONTEXT_ATTR.MessageContext, context);
    attributes.setValid("CONTEXT");
  }
  fill(attributes);
  return new InboundMessage({ key: 1, status: 0, message, attributes: attributes.bytes });
}

describe("attribute buffers", () => {
  test("order attributes by the allocated bits, whichever are valid", () => {
    const buffer = new AttributeBuffer("TOKEN", "VIEW", "CONTEXT");
    expect([buffer.offset("VIEW"), buffer.offset("CONTEXT"), buffer.offset("TOKEN")]).toEqual([
      8, 0x28, 0x48,
    ]);
    expect(buffer.bytes.length).toBe(0x60);
    expect(buffer.bytes.readUInt32LE(0)).toBe(0x6800_0000);
    buffer.setValid("TOKEN");
    expect([buffer.isValid("TOKEN"), buffer.isValid("VIEW")]).toEqual([true, false]);
    expect(buffer.bytes.readUInt32LE(4)).toBe(0x0800_0000);
    buffer.reset();
    expect([buffer.bytes.readUInt32LE(0), buffer.bytes.readUInt32LE(4)]).toEqual([0x6800_0000, 0]);
  });

  test("give no room to what is not allocated", () => {
    const buffer = new AttributeBuffer("CONTEXT");
    expect(() => buffer.setValid("HANDLE")).toThrow(RangeError);
    expect(buffer.offset("CONTEXT")).toBe(8);
  });

  test("keep the bit of SECURITY unsigned", () => {
    const buffer = new AttributeBuffer("SECURITY");
    buffer.setValid("SECURITY");
    expect([buffer.bytes.readUInt32LE(0), buffer.bytes.readUInt32LE(4)]).toEqual([0x8000_0000, 0x8000_0000]);
  });
});

describe("a message received", () => {
  test("has lengths beyond 0x7fff, and its kind without flags", () => {
    const message = received(MessageType.REQUEST | CONTINUATION_REQUIRED | 0x1000, Buffer.alloc(0xf000));
    expect([message.kind, message.isOwed, message.dataLength]).toEqual([MessageType.REQUEST, true, 0xf000]);
    expect([message.pid, message.nativeId, message.nativeCallbackId]).toEqual([4242, 7, 99]);
  });

  test("has no attribute that is not valid", () => {
    const message = received(MessageType.DATAGRAM, Buffer.alloc(0));
    expect([message.isOwed, message.context, message.view, message.tokenIds]).toEqual([
      false,
      null,
      null,
      null,
    ]);
    expect(message.handleCount).toBe(0);
  });

  test("has those that are", () => {
    const message = received(MessageType.REQUEST, Buffer.alloc(0), {
      context: 12,
      fill(attributes) {
        for (const name of ["VIEW", "HANDLE", "TOKEN"] as const) {
          attributes.clear(name);
          attributes.setValid(name);
        }
        const view = attributes.offset("VIEW");
        attributes.data.setUint32(view + VIEW_ATTR.Flags, ViewFlags.SECURED_ACCESS, true);
        attributes.setWord(view + VIEW_ATTR.ViewBase, 0x7fff_1234_0000);
        attributes.setWord(view + VIEW_ATTR.ViewSize, 0x2000);
        attributes.data.setUint32(attributes.offset("HANDLE") + HANDLE_ATTR.ObjectType, 3, true);
        attributes.data.setBigUint64(attributes.offset("TOKEN") + TOKEN_ATTR.TokenId, 4n, true);
        attributes.data.setBigUint64(attributes.offset("TOKEN") + TOKEN_ATTR.ModifiedId, 5n, true);
        attributes.data.setBigUint64(attributes.offset("TOKEN") + TOKEN_ATTR.AuthenticationId, 6n, true);
      },
    });
    expect(message.context?.messageContext).toBe(12);
    expect(message.view).toEqual({ base: 0x7fff_1234_0000, size: 0x2000, isSecured: true });
    expect(message.handleCount).toBe(3);
    expect(message.tokenIds).toEqual({ tokenId: 4n, modifiedId: 5n, authenticationId: 6n });
  });
});

describe("a message to send", () => {
  const source = Buffer.concat([Buffer.alloc(PORT_MESSAGE_SIZE, 0xee), Buffer.from("payload")]);
  const trailer = { type: 1, messageId: 5, callbackId: 6, payloadLength: 7, viewSize: 2 ** 33 + 1 };

  test("has a header that is zero but for lengths and what it answers", () => {
    const message = new OutboundMessage();
    message.bytes.fill(0xff);
    const ids = { nativeId: 0xfedc_ba98, nativeCallbackId: 0x8000_0001 };
    message.compose(source, source.length, ids, 0x1000, null, []);
    const header = message.bytes.subarray(0, PORT_MESSAGE_SIZE).toString("hex");
    expect(header).toBe(`07002f00${"00".repeat(20)}98badcfe${"00000000"}01000080${"00000000"}`);
    expect(message.bytes.toString("latin1", 0x28, 0x2f)).toBe("payload");
    expect(message.attributes.bytes.readUInt32LE(4)).toBe(0);
  });

  test("carries a trailer and data information, each in its place", () => {
    const message = new OutboundMessage();
    const entries = [{ address: 0x1_0000_0000n, size: 0xffff_ffff }];
    message.compose(source, source.length, newMessage, 0x1000, trailer, entries);
    const view = dataView(message.bytes);
    const info = view.getUint16(PORT_MESSAGE.DataInfoOffset, true);
    expect(info).toBe(0x30);
    expect(view.getUint16(PORT_MESSAGE.Type, true)).toBe(0);
    expect([view.getUint32(info, true), getWord(view, info + 8), view.getUint32(info + 16, true)]).toEqual([
      1, 0x1_0000_0000, 0xffff_ffff,
    ]);
    const total = view.getUint16(PORT_MESSAGE.TotalLength, true);
    expect(total).toBe(info + 8 + 16 + TRAILER_SIZE);
    expect(readTrailer(message.bytes.subarray(PORT_MESSAGE_SIZE, total), true)).toEqual(trailer);
  });

  test("that does not fit is refused", () => {
    const message = new OutboundMessage();
    const compose = (limit: number) => message.compose(source, source.length, newMessage, limit, trailer, []);
    compose(source.length + TRAILER_SIZE);
    expect(() => compose(source.length + TRAILER_SIZE - 1)).toThrow(
      expect.objectContaining({ status: "PORT_MESSAGE_TOO_LONG" }),
    );
  });
});

describe("trailers", () => {
  const body = (payload: number, said: number) => {
    const bytes = Buffer.alloc(payload + TRAILER_SIZE);
    writeTrailer(dataView(bytes), payload, {
      type: 2,
      messageId: 0xffff_fffe,
      callbackId: 3,
      payloadLength: said,
      viewSize: 2 ** 40 - 1,
    });
    return bytes;
  };

  test("survive the way", () => {
    expect(readTrailer(body(9, 9), false)).toEqual({
      type: 2,
      messageId: 0xffff_fffe,
      callbackId: 3,
      payloadLength: 9,
      viewSize: 2 ** 40 - 1,
    });
  });

  test("that do not fit the message are refused", () => {
    expect(() => readTrailer(Buffer.alloc(15), false)).toThrow(invalid);
    expect(() => readTrailer(body(9, 8), false)).toThrow(invalid);
    expect(() => readTrailer(body(9, 10), true)).toThrow(invalid);
    expect(readTrailer(body(9, 8), true).payloadLength).toBe(8);
  });
});

describe("correspondence between two of us", () => {
  const ownBody = (type: number, messageId: number) => {
    const bytes = Buffer.alloc(TRAILER_SIZE);
    writeTrailer(dataView(bytes), 0, { type, messageId, callbackId: 0, payloadLength: 0, viewSize: 0 });
    return bytes;
  };

  test("knows answers by the id in the trailer, whatever the system calls them", () => {
    const client = new OwnCorrespondence("client");
    const [first, second] = [client.issue(), client.issue()];
    const answer = ownBody(MessageType.REPLY, second);
    const decoded = client.decode(received(MessageType.REPLY, answer, { id: 1000 }), answer);
    expect(decoded.messageId).toBe(second);
    expect(client.arrived(decoded)).toBe(true);
    expect(() => client.arrived(decoded)).toThrow(invalid);
    expect(client.withdraw(first)).toBe(true);
  });

  test.each([
    [MessageType.REQUEST, MessageType.DATAGRAM, false],
    [MessageType.REPLY, MessageType.REQUEST, false],
    [MessageType.CANCELED, MessageType.DATAGRAM, true],
    [MessageType.CANCELED, MessageType.REPLY, true],
    [MessageType.CANCELED, MessageType.REQUEST, false],
    [MessageType.PORT_CLOSED, MessageType.REQUEST, true],
    [MessageType.PORT_CLOSED, MessageType.DATAGRAM, false],
    [0x81, MessageType.DATAGRAM, false],
  ])("type %i may come as %i: %s", (type, kind, isPossible) => {
    const bytes = ownBody(type, 3);
    const decode = () => new OwnCorrespondence("server").decode(received(kind, bytes), bytes).type;
    if (isPossible) expect(decode()).toBe(type);
    else expect(decode).toThrow(invalid);
  });
});

describe("correspondence with a foreign peer", () => {
  const empty = Buffer.alloc(0);
  const answer = (id: number, context: number | null) => received(MessageType.REPLY, empty, { id, context });

  test("sends one request at a time until the system has shown how answers are told apart", () => {
    const peer = new PlainCorrespondence();
    const first = peer.issue();
    expect(peer.allowsMany).toBe(true);
    peer.wasSent(first, 0);
    expect(peer.allowsMany).toBe(false);
    const decoded = peer.decode(answer(55, 0), empty);
    expect(decoded.messageId).toBe(first);
    expect(peer.arrived(decoded)).toBe(true);
    expect(peer.allowsMany).toBe(true);
    expect(peer.arrived(decoded)).toBe(false);
  });

  test.each([
    ["the context comes back", 0, true],
    ["the id is written back", 55, false],
  ])("and many afterwards, if %s", (_, nativeId, hasContext) => {
    const peer = new PlainCorrespondence();
    const first = peer.issue();
    peer.wasSent(first, nativeId);
    expect(peer.decode(answer(55, hasContext ? first : 0), empty).messageId).toBe(first);
    const second = peer.issue();
    peer.wasSent(second, nativeId + 1);
    expect(peer.allowsMany).toBe(true);
    expect(peer.decode(answer(nativeId + 1, hasContext ? second : null), empty).messageId).toBe(second);
  });

  test("names the peer's requests as the system does", () => {
    const peer = new PlainCorrespondence();
    const request = peer.decode(received(MessageType.REQUEST, empty, { id: 0x1234 }), empty);
    expect(request).toMatchObject({ messageId: 0x1234, callbackId: 99, viewSize: null });
    expect(peer.arrived(request)).toBe(true);
    const canceled = peer.decode(received(MessageType.CANCELED, empty, { id: 0x1234 }), empty);
    expect(canceled.messageId).toBe(0x1234);
    expect(peer.arrived(canceled)).toBe(true);
    expect(peer.answer(0x1234)).toBe(false);
  });
});

describe("farewells", () => {
  test("say why, or nothing", () => {
    expect(readFarewell(farewellMessage(null).subarray(PORT_MESSAGE_SIZE))).toBeNull();
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(0xc000_0044);
    expect(readFarewell(bytes)?.status).toBe("QUOTA_EXCEEDED");
    expect(() => readFarewell(Buffer.alloc(3))).toThrow(invalid);
  });
});
