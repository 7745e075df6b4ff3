import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  type CommunicationPort,
  type ConnectionPort,
  defaultKernel,
  MessageType,
  PORT_MESSAGE_SIZE,
  type ReceivedMessage,
} from "@ncalrpc/alpc";
import { giveHandle, RpcServer } from "@ncalrpc/runtime";
import { ownerOnly } from "@ncalrpc/security";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { writeFault } from "../packages/runtime/src/protocol-lrpc/fault.js";
import { Features, formatHello } from "../packages/runtime/src/protocol-lrpc/hello.js";
import { LrpcMessageType } from "../packages/runtime/src/protocol-lrpc/message-type.js";
import { requestHeader } from "../packages/runtime/src/protocol-lrpc/request.js";
import { RESPONSE_HEADER_SIZE, writeResponseHeader } from "../packages/runtime/src/protocol-lrpc/response.js";
import { Vault, type VaultClient } from "./dist/gen/vault.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { vaultHandlers } from "./dist/vault-handlers.js";
import { bindMessage, HostileClient, requestMessage } from "./hostile-client.js";
import { statusOf } from "./runtime-suite.js";
import { longs } from "./stub-data.js";
import { descriptorCount, eventually } from "./system-handles-suite.js";

const HOLD = 4;
const KEEP = 5;
const ADD = 7;
/** System handles of all calls of a user in the server under test. */
const MOST = 20;

let directory: ReturnType<typeof useEndpointDirectory>;
let folder = "";
let file = "";
let fd = -1;

beforeAll(() => {
  directory = useEndpointDirectory();
  folder = mkdtempSync(join(tmpdir(), "ncalrpc-hostile-"));
  file = join(folder, "file");
  writeFileSync(file, "x");
  fd = openSync(file, "r");
});

afterAll(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
  directory[Symbol.dispose]();
});

/** Waits until the threads that close descriptors have been made. */
async function settled(): Promise<number> {
  for (let before = -1; ; await delay(150)) {
    const now = descriptorCount();
    if (now === before) return now;
    before = now;
  }
}

describe("a server whose clients send system handles as no stub would", () => {
  let server: RpcServer;
  let client: HostileClient;
  let before = 0;

  beforeAll(async () => {
    server = new RpcServer({ endpoint: "vault", limits: { maxHandlesPerUser: MOST } });
    server.register(Vault, vaultHandlers());
    await server.listen();
    const first = await Vault.connect("ncalrpc:[vault]");
    await first.kinds([giveHandle(openSync(file, "r"))], null);
    await first.close();
  });

  afterAll(() => server.close());

  beforeEach(async () => {
    before = await settled();
    client = await HostileClient.connect("vault");
    expect(await client.bind(Vault, 0)).toBe(0);
  });

  afterEach(async () => {
    client[Symbol.dispose]();
    await eventually("every descriptor is closed", () => descriptorCount() === before);
  });

  const request = (procNum: number, stubData: Uint8Array, handles: number) =>
    client.request(requestMessage({ bindingId: 0, procNum, callId: client.nextCallId(), stubData }), {
      handles: Array.from({ length: handles }, () => ({ fd })),
    });

  it.each([
    [
      "none, where one is promised",
      0,
      longs(1, 0),
      "RPC_X_BAD_STUB_DATA",
      "Keep.file: a handle of a message",
    ],
    ["none, and says so", 0, longs(0, 0), "RPC_X_NULL_REF_POINTER", "Keep.file"],
    [
      "a number beyond them",
      1,
      longs(2, 0),
      "RPC_X_BAD_STUB_DATA",
      "Keep.file: handle 2 of a message with 1",
    ],
    ["a number below zero", 1, longs(-1, 0), "RPC_X_BAD_STUB_DATA", "Keep.file: handle 4294967295"],
    ["octets of no known meaning", 1, longs(1, 1), "RPC_X_BAD_STUB_DATA", "Keep.file"],
    [
      "more than are named",
      2,
      longs(1, 0),
      "RPC_S_SYSTEM_HANDLE_COUNT_EXCEEDED",
      "1 handles that no parameter",
    ],
    ["half of a number", 1, longs(1), "RPC_X_BAD_STUB_DATA", "Keep.file"],
    ["as many as a message can carry", 16, longs(), "RPC_X_BAD_STUB_DATA", "Keep.file"],
  ])("refuses %s", async (_what, handles, stubData, status, details) => {
    const answer = await request(KEEP, stubData, handles);
    expect(answer).toMatchObject({ status, details: expect.stringContaining(details) });
    expect((await client.call(0, ADD, longs(1, 2))).status).toBe("OK");
  });

  it("refuses one handle for two parameters", async () => {
    const answer = await request(2, longs(2, 2, 1, 0, 1, 0, 0), 1);
    expect(answer).toMatchObject({
      status: "RPC_X_BAD_STUB_DATA",
      details: expect.stringContaining("Kinds.files[1]: handle 1 of the message once more"),
    });
  });

  it("refuses handles for a method that takes none", async () => {
    const answer = await request(ADD, longs(1, 2), 3);
    expect(answer).toMatchObject({
      status: "RPC_S_SYSTEM_HANDLE_COUNT_EXCEEDED",
      details: "Vault.add takes no system handles",
    });
  });

  it("refuses handles with what is no request, and in the end whoever keeps sending them", async () => {
    const beside = { handles: [{ fd }] };
    expect((await client.request(bindMessage(Vault, 1), beside)).status).toBe("RPC_S_PROTOCOL_ERROR");
    const send = () => client.send(MessageType.DATAGRAM, longs(LrpcMessageType.CANCEL, 0, 0, 0), beside);
    for (let i = 0; i < 20; i++) {
      try {
        send();
      } catch {
        break; // The server has closed the connection, which is not known here yet.
      }
      await delay(1);
    }
    await eventually("the connection is closed", () => client.isClosed);
  });

  it("holds no more of a user's handles than its limit says, and frees them", async () => {
    const calls = Array.from({ length: MOST + 10 }, () => request(HOLD, longs(1, 0, 60_000), 1));
    const refused = await Promise.all(calls.slice(MOST));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(["RPC_S_OUT_OF_RESOURCES"]));
    expect(refused[0]?.details).toBe(`the user has ${MOST} system handles in calls`);
    using other = await HostileClient.connect("vault");
    await other.bind(Vault, 0);
    const message = (callId: number) =>
      requestMessage({ bindingId: 0, procNum: HOLD, callId, stubData: longs(1, 0, 0) });
    expect((await other.request(message(1), { handles: [{ fd }] })).status).toBe("RPC_S_OUT_OF_RESOURCES");
    client.port.close();
    await eventually("the limit is free again", async () => {
      return (await other.request(message(other.nextCallId() + 1), { handles: [{ fd }] })).status === "OK";
    });
  });
});

/** A server that answers each call as a test says. */
class LyingServer {
  readonly #port: ConnectionPort;
  /** Stub data and descriptors of the answer; null for a fault. */
  answer: { readonly data: Buffer | null; readonly handles: number } = { data: null, handles: 0 };
  /** The clients. */
  readonly ports: CommunicationPort[] = [];

  constructor(name: string) {
    const kernel = defaultKernel();
    this.#port = kernel.createPort(
      name,
      { securityDescriptor: ownerOnly(kernel.currentToken().user) },
      {
        onConnect: (request) =>
          this.ports.push(request.accept(formatHello({ features: Features.CANCEL, maxCalls: 8 }))),
        onMessage: (port, message) => this.#answer(port, message),
        onClosed: () => {},
      },
    );
  }

  #answer(port: CommunicationPort, { type, messageId, buffer, start, length }: ReceivedMessage): void {
    if (type !== MessageType.REQUEST) return;
    const payload = buffer.subarray(start, start + length);
    if (payload.readInt32LE(0) === LrpcMessageType.BIND) {
      this.#send(port, messageId, payload, 0);
      return;
    }
    const { data, handles } = this.answer;
    const callId = requestHeader.callId(new DataView(payload.buffer, payload.byteOffset), 0);
    if (data === null) {
      const fault = Buffer.alloc(64);
      this.#send(
        port,
        messageId,
        fault.subarray(0, writeFault(fault, 0, "RPC_S_INVALID_ARG", null)),
        handles,
      );
      return;
    }
    const header = Buffer.alloc(RESPONSE_HEADER_SIZE);
    writeResponseHeader(new DataView(header.buffer, header.byteOffset), 0, 0, callId);
    this.#send(port, messageId, Buffer.concat([header, data]), handles);
  }

  #send(port: CommunicationPort, messageId: number, payload: Buffer, handles: number): void {
    const message = Buffer.concat([Buffer.alloc(PORT_MESSAGE_SIZE), payload]);
    const beside = handles === 0 ? undefined : { handles: Array.from({ length: handles }, () => ({ fd })) };
    port.send(MessageType.REPLY, message, message.length, messageId, 0, beside);
  }

  close(): void {
    this.#port.close();
  }
}

describe("a client whose server sends system handles as no stub would", () => {
  let server: LyingServer;
  let vault: VaultClient;
  let before = 0;

  beforeAll(async () => {
    server = new LyingServer("liar");
    server.answer = { data: longs(1, 0), handles: 1 };
    const first = await Vault.connect("ncalrpc:[liar]");
    (await first.open("", false)).file.close();
    await first.close();
  });

  afterAll(() => server.close());

  beforeEach(async () => {
    before = await settled();
    vault = await Vault.connect("ncalrpc:[liar]");
  });

  afterEach(async () => {
    await vault.close();
    await eventually("every descriptor is closed", () => descriptorCount() === before);
  });

  it.each([
    ["none, where one is promised", 0, longs(1, 0), "RPC_X_BAD_STUB_DATA", "Open.file"],
    ["none, and says so", 0, longs(0, 0), "RPC_X_NULL_REF_POINTER", "Open.file"],
    [
      "a number beyond them",
      2,
      longs(3, 0),
      "RPC_X_BAD_STUB_DATA",
      "Open.file: handle 3 of a message with 2",
    ],
    ["more than are named", 16, longs(16, 0), "RPC_S_SYSTEM_HANDLE_COUNT_EXCEEDED", "15 handles"],
    ["some with half of a number", 1, longs(1), "RPC_X_BAD_STUB_DATA", "Open.file"],
  ])("refuses %s", async (_what, handles, data, status, details) => {
    server.answer = { data, handles };
    await expect(vault.open("", false)).rejects.toMatchObject({
      status,
      details: expect.stringContaining(details),
    });
    server.answer = { data: longs(7), handles: 0 };
    expect(await vault.add(1, 2)).toBe(7);
  });

  it("closes what comes with a fault, or with an answer that has no place for it", async () => {
    server.answer = { data: null, handles: 2 };
    expect(await statusOf(vault.open("", false))).toBe("RPC_S_INVALID_ARG");
    server.answer = { data: longs(7), handles: 3 };
    expect(await vault.add(1, 2)).toBe(7);
  });

  it("leaves who sends handles beside what nobody asked for", async () => {
    const message = Buffer.concat([Buffer.alloc(PORT_MESSAGE_SIZE), longs(4711, 0, 0, 0)]);
    server.ports.at(-1)?.send(MessageType.DATAGRAM, message, message.length, 0, 0, { handles: [{ fd }] });
    await eventually("the client has left", () => vault.connection.isClosed);
  });

  it("sends nobody handles who does not say that it takes them", async () => {
    using other = await HostileClient.connect("liar");
    const message = Buffer.concat([Buffer.alloc(PORT_MESSAGE_SIZE), longs(0)]);
    expect(() =>
      server.ports.at(-1)?.send(MessageType.DATAGRAM, message, message.length, 0, 0, { handles: [{ fd }] }),
    ).toThrow("the other side does not accept handles");
    expect(other.isClosed).toBe(false);
  });
});

it("a server keeps an interface with handles to itself once it listens, and from workers", async () => {
  const server = new RpcServer({ endpoint: "late", workers: 1 });
  expect(() => server.register(Vault, new URL("file:///nowhere.js"))).toThrow("workers are not given");
  await server.listen();
  expect(() => server.register(Vault, vaultHandlers())).toThrow("register it before the server listens");
  await server.close();
});

it("a client that takes no handles is told so by a server that has some to give", async () => {
  const server = new RpcServer({ endpoint: "giver" });
  server.register(Vault, vaultHandlers());
  await server.listen();
  using client = await HostileClient.connect("giver");
  await client.bind(Vault, 0);
  const text = Buffer.from(`${file}\0`, "utf16le");
  const units = text.length / 2;
  const padding = Buffer.alloc((4 - (text.length % 4)) % 4);
  const answer = await client.call(
    0,
    0,
    Buffer.concat([longs(units, 0, units), text, Buffer.of(0), padding]),
  );
  expect(answer).toMatchObject({ status: "RPC_S_CANNOT_SUPPORT" });
  await server.close();
});
