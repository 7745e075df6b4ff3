import {
  type CommunicationPort,
  type Kernel,
  MessageType,
  PORT_MESSAGE_SIZE,
  type PortHandler,
  type ReceivedMessage,
} from "@ncalrpc/alpc";
import { Sid, Token } from "@ncalrpc/security";
import { describe, expect, it } from "vitest";
import { ClientConnection } from "../src/client/client-connection.js";
import { writeFault } from "../src/protocol-lrpc/fault.js";
import { Features, formatHello } from "../src/protocol-lrpc/hello.js";
import { requestHeader } from "../src/protocol-lrpc/request.js";
import { RESPONSE_HEADER_SIZE, writeResponseHeader } from "../src/protocol-lrpc/response.js";
import { isRpcError } from "../src/rpc-error.js";

/** Replies that are made up, unless the environment says how many: NCALRPC_FUZZ. */
const COUNT = Number(process.env["NCALRPC_FUZZ"] ?? 2_000);
const MAX_CALLS = 8;

const token = new Token({ user: Sid.parse("S-1-22-1-0"), groups: [], pid: 1 });

/** A server that answers what a test makes up. */
class FakePort implements CommunicationPort {
  readonly id = 1;
  readonly token = token;
  readonly payload = formatHello({ features: Features.CANCEL, maxCalls: MAX_CALLS });
  readonly maxPayload = 4096;
  readonly maxViewSize = 0;
  readonly allowsDirectMemory = false;
  readonly queuedMessages = 0;
  readonly handler: PortHandler;
  /** Requests on their way, by message id: their call id. */
  readonly requests = new Map<number, number>();
  cancels = 0;
  isClosed = false;
  #lastId = 99;

  constructor(handler: PortHandler) {
    this.handler = handler;
  }

  send(type: MessageType, bytes: Buffer): number {
    if (type === MessageType.DATAGRAM) {
      this.cancels++;
      return 0;
    }
    this.#lastId += 2;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.requests.set(this.#lastId, requestHeader.callId(view, PORT_MESSAGE_SIZE));
    return this.#lastId;
  }

  respond(messageId: number, callId: number, value: number): void {
    const buffer = Buffer.alloc(RESPONSE_HEADER_SIZE + 4);
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    writeResponseHeader(view, 0, 0, callId);
    view.setUint32(RESPONSE_HEADER_SIZE, value, true);
    this.deliver(messageId, buffer, buffer.length);
  }

  fault(messageId: number): void {
    const buffer = Buffer.alloc(64);
    this.deliver(messageId, buffer, writeFault(buffer, 0, "RPC_S_ACCESS_DENIED", null));
  }

  deliver(messageId: number, buffer: Buffer, length: number, type: MessageType = MessageType.REPLY): void {
    const message: ReceivedMessage = {
      type,
      messageId,
      callbackId: 0,
      buffer,
      start: 0,
      length,
      token,
      view: null,
      handles: [],
      dataEntries: [],
    };
    this.handler.onMessage(this, message);
  }

  close(): void {
    if (!this.isClosed) {
      this.isClosed = true;
      this.handler.onClosed(this, null);
    }
  }

  cancel(): void {}
  allocateView(): never {
    throw new Error("no views");
  }
  async readPeerMemory(): Promise<void> {}
  async writePeerMemory(): Promise<void> {}
  [Symbol.dispose](): void {
    this.close();
  }
}

async function connect(): Promise<{ port: FakePort; connection: ClientConnection }> {
  let port: FakePort | null = null;
  const kernel: Kernel = {
    name: "loopback",
    currentToken: () => token,
    createPort: () => {
      throw new Error("no servers");
    },
    connectPort: async (_name, _attributes, handler) => {
      port = new FakePort(handler);
      return port;
    },
    listPorts: () => [],
    flush: () => {},
  };
  const connection = await ClientConnection.connect("ncalrpc:[fake]", { kernel });
  if (port === null) {
    throw new Error("the connection made no port");
  }
  return { port, connection };
}

function call(connection: ClientConnection, signal?: AbortSignal): Promise<number | string> {
  return connection
    .call(
      1,
      2,
      undefined,
      () => {},
      (reader) => reader.uint32(),
      signal === undefined ? undefined : { signal },
    )
    .catch((error: unknown) => (isRpcError(error) ? error.status : String(error)));
}

describe("replies", () => {
  it("settle the calls that they answer, in any order, and faults too", async () => {
    const { port, connection } = await connect();
    const calls = Array.from({ length: MAX_CALLS }, () => call(connection));
    const requests = [...port.requests];
    expect(new Set(requests.map(([, callId]) => callId)).size).toBe(MAX_CALLS);
    for (const [index, [messageId, callId]] of requests.toReversed().entries()) {
      if (index === 3) {
        port.fault(messageId);
      } else {
        port.respond(messageId, callId, messageId);
      }
    }
    const expected: (number | string)[] = requests.map(([messageId]) => messageId);
    expected[MAX_CALLS - 1 - 3] = "RPC_S_ACCESS_DENIED";
    expect(await Promise.all(calls)).toEqual(expected);
    connection.close();
  });

  it("fail the call whose message they answer when they name another call", async () => {
    const { port, connection } = await connect();
    const calls = [call(connection), call(connection)];
    const [[first, firstCall] = [0, 0], [second, secondCall] = [0, 0]] = [...port.requests];
    port.respond(first, secondCall, 1);
    port.respond(second, secondCall, 2);
    expect(await Promise.all(calls)).toEqual(["RPC_S_PROTOCOL_ERROR", 2]);
    expect(port.isClosed).toBe(false);
    // The first slot is free again, and its next call is another one.
    const next = call(connection);
    const [messageId = 0, callId = 0] = [...port.requests].at(-1) ?? [];
    expect(callId).not.toBe(firstCall);
    port.respond(messageId, callId, 3);
    expect(await next).toBe(3);
    connection.close();
  });

  it.each(["a second one", "one to nothing", "one by its call's id alone", "no reply"])(
    "end the connection: %s",
    async (kind) => {
      const { port, connection } = await connect();
      const answered = call(connection);
      const [[messageId, callId] = [0, 0]] = [...port.requests];
      port.respond(messageId, callId, 7);
      expect(await answered).toBe(7);
      const pending = call(connection);
      const [, pendingCall = 0] = [...port.requests].at(-1) ?? [];
      if (kind === "a second one") {
        port.respond(messageId, callId, 8);
      } else if (kind === "one to nothing") {
        port.respond(1, 1, 8);
      } else if (kind === "one by its call's id alone") {
        port.respond(4711, pendingCall, 8);
      } else {
        port.deliver(messageId, Buffer.alloc(64), 64, MessageType.REQUEST);
      }
      expect(port.isClosed).toBe(true);
      expect(await pending).toBe("RPC_S_CALL_FAILED");
    },
  );

  it("to a call that was given up change nothing, and free its slot", async () => {
    const { port, connection } = await connect();
    for (let round = 0; round < 3 * MAX_CALLS; round++) {
      const controller = new AbortController();
      const given = call(connection, controller.signal);
      controller.abort();
      expect(await given).toBe("RPC_S_CALL_CANCELLED");
      expect(port.cancels).toBe(round + 1);
      const [messageId = 0, callId = 0] = [...port.requests].at(-1) ?? [];
      port.respond(messageId, callId, 5);
    }
    expect(port.isClosed).toBe(false);
    connection.close();
  });

  it(`that are made up settle nothing (${COUNT})`, async () => {
    let seed = 20240607;
    const below = (limit: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return (seed >>> 8) % limit;
    };
    let { port, connection } = await connect();
    let calls: Promise<number | string>[] = [];
    for (let i = 0; i < COUNT; i++) {
      if (port.isClosed) {
        expect((await Promise.all(calls)).filter((outcome) => typeof outcome === "number")).toEqual([]);
        ({ port, connection } = await connect());
        calls = [];
      }
      while (calls.length < MAX_CALLS) {
        calls.push(call(connection));
      }
      const requests = [...port.requests];
      const [, someCall] = requests[below(requests.length)] ?? [0, 0];
      const forgedMessage = [below(99), 200 + below(1000), 0, 0xffff_ffff][below(4)] ?? 0;
      const forgedCall = [someCall, below(0x7fff_ffff), -1, 0][below(4)] ?? 0;
      port.respond(forgedMessage, forgedCall, 4711);
    }
    connection.close();
    expect((await Promise.all(calls)).filter((outcome) => typeof outcome === "number")).toEqual([]);
  });
});
