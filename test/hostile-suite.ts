import { setTimeout as delay } from "node:timers/promises";
import { MessageType } from "@ncalrpc/alpc";
import type { RpcServerOptions } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CANCEL_SIZE, writeCancel } from "../packages/runtime/src/protocol-lrpc/cancel.js";
import { LrpcMessageType } from "../packages/runtime/src/protocol-lrpc/message-type.js";
import { PULL_SIZE, writePull } from "../packages/runtime/src/protocol-lrpc/pull.js";
import {
  LARGE_REQUEST_HEADER_SIZE,
  RequestFlags,
  writeLargeRequestSize,
  writeRequestHeader,
} from "../packages/runtime/src/protocol-lrpc/request.js";
import { OtherProbe } from "./dist/gen/other-probe.js";
import { Probe } from "./dist/gen/probe.js";
import { type Answer, bindMessage, HostileClient, requestMessage } from "./hostile-client.js";
import type { HostileSystem } from "./hostile-system.js";
import { flipBit, handleData, handleIn, longs } from "./stub-data.js";

/** Opnums of Probe. */
const ADD = 1;
const UPLOAD = 3;
const DOWNLOAD = 4;
const SLEEP = 5;
const FAIL = 6;
const OPEN_COUNTER = 9;
const INCREMENT = 10;
const CLOSE_COUNTER = 11;
const METHODS = 13;
const BINDING = 1;
const OTHER_BINDING = 2;
const MAX_STRIKES = 16;
const MAX_BINDINGS = 32;

/** How often each status came. */
function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

/** Sends malformed messages until the connection ends: as many faults as the server has patience. */
async function expectStrikes(client: HostileClient, send: (i: number) => Promise<Answer>): Promise<void> {
  const answers: Answer[] = [];
  for (let i = 0; i < MAX_STRIKES + 2; i++) {
    answers.push(await send(i));
  }
  const counts = tally(answers);
  expect(Object.keys(counts).sort()).toEqual(["RPC_S_PROTOCOL_ERROR", "closed"]);
  expect(counts["RPC_S_PROTOCOL_ERROR"]).toBeGreaterThanOrEqual(MAX_STRIKES);
  expect(client.isClosed).toBe(true);
}

function largeRequest(client: HostileClient, flags: number, size: number): Buffer {
  const payload = Buffer.alloc(LARGE_REQUEST_HEADER_SIZE);
  const header = new DataView(payload.buffer, payload.byteOffset, payload.length);
  writeRequestHeader(header, 0, flags, client.nextCallId(), BINDING, UPLOAD, 0);
  writeLargeRequestSize(header, 0, size);
  return payload;
}

/** What every server withstands: clients that speak the port protocol well and LRPC badly. `start` starts the probe server that they attack. */
export function hostileSuite(
  start: (options: Omit<RpcServerOptions, "endpoint">) => Promise<HostileSystem>,
): void {
  let system: HostileSystem;

  beforeAll(async () => {
    system = await start({ port: { directMemory: { allow: "same-user" } } });
    // The thread that copies from other processes is made for the first copy, and stays.
    using client = await connect();
    const dataEntries = [longs(0, 0)];
    await client.request(largeRequest(client, RequestFlags.DIRECT, 8), { dataEntries });
  });

  afterAll(async () => {
    await system[Symbol.asyncDispose]();
  });

  /** A connection with both interfaces bound. */
  async function connect(): Promise<HostileClient> {
    const client = await HostileClient.connect(system.endpoint);
    expect(await client.bind(Probe, BINDING)).toBe(0);
    expect(await client.bind(OtherProbe, OTHER_BINDING)).toBe(0);
    return client;
  }

  async function openCounter(client: HostileClient): Promise<string> {
    const { data } = await client.call(BINDING, OPEN_COUNTER, longs(0));
    return handleIn(data);
  }

  describe("messages", () => {
    it.each([-1, 5, 6, 0x7fff_ffff, -0x8000_0000, LrpcMessageType.RESPONSE, LrpcMessageType.FAULT])(
      "of LRPC type %d are refused, and their sender is disconnected",
      async (type) => {
        await system.withstand(async () => {
          using client = await connect();
          const payload = Buffer.alloc(80);
          payload.writeInt32LE(type, 0);
          await expectStrikes(client, () => client.request(payload));
        });
      },
    );

    it("that are too short for what they are get faults", async () => {
      await system.withstand(async () => {
        const whole = requestMessage({ bindingId: BINDING, procNum: ADD, callId: 1 });
        const bind = bindMessage(Probe, 7);
        const pull = Buffer.alloc(PULL_SIZE);
        writePull(pull, 0, 1);
        const short = [whole, bind, pull].flatMap((message) =>
          Array.from({ length: message.length }, (_, length) => message.subarray(0, length)),
        );
        for (let i = 0; i < short.length; i += MAX_STRIKES) {
          using client = await connect();
          for (const payload of short.slice(i, i + MAX_STRIKES)) {
            expect((await client.request(payload)).status).toBe("RPC_S_PROTOCOL_ERROR");
          }
          expect((await client.call(BINDING, ADD, longs(1, 2))).data.readInt32LE()).toBe(3);
        }
      });
    });

    it("that are datagrams without sense end the connection without a word", async () => {
      await system.withstand(async () => {
        using client = await connect();
        for (let i = 0; i <= MAX_STRIKES && !client.isClosed; i++) {
          client.send(MessageType.DATAGRAM, requestMessage({ bindingId: BINDING, procNum: ADD, callId: i }));
        }
        await expect.poll(() => client.isClosed).toBe(true);
      });
    });

    it("with all 65,536 procedure numbers reach only what there is", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const counts: Record<string, number> = {};
        for (let first = 0; first < 0x1_0000; first += 64) {
          const answers = await Promise.all(
            Array.from({ length: 64 }, (_, i) => client.call(BINDING, first + i, Buffer.alloc(0))),
          );
          for (const [status, count] of Object.entries(tally(answers))) {
            counts[status] = (counts[status] ?? 0) + count;
          }
        }
        expect(counts["RPC_S_PROCNUM_OUT_OF_RANGE"]).toBe(0x1_0000 - METHODS);
        // Three methods take nothing: they run.
        expect(counts["OK"]).toBe(3);
        expect(counts["RPC_X_BAD_STUB_DATA"]).toBe(METHODS - 3);
        for (const procNum of [-1, METHODS, 0x1_0000 + ADD, -0x8000_0000, 0x7fff_ffff]) {
          expect((await client.call(BINDING, procNum)).status).toBe("RPC_S_PROCNUM_OUT_OF_RANGE");
        }
      });
    });

    it("with forged binding ids reach nothing", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const ids = [
          0,
          3,
          -1,
          0x1_0001,
          0x7fff_ffff,
          -0x8000_0000,
          ...Array.from({ length: 500 }, (_, i) => i * 131 + 3),
        ];
        const answers = await Promise.all(ids.map((id) => client.call(id, ADD, longs(1, 2))));
        expect(tally(answers)).toEqual({ RPC_S_UNKNOWN_IF: ids.length });
      });
    });

    it("that bind without end get no more than the limit", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const statuses: number[] = [];
        for (let id = 3; id < 2_000; id++) {
          statuses.push(await client.bind(Probe, id));
        }
        expect(statuses.filter((status) => status === 0)).toHaveLength(MAX_BINDINGS - 2);
        expect(await client.bind(Probe, BINDING)).not.toBe(0);
        const unknown = { uuid: "00000000-0000-0000-0000-000000000000", version: { major: 1, minor: 0 } };
        expect(await client.bind(unknown, 5_000)).not.toBe(0);
        expect(await client.bind(Probe, 5_001, 0)).not.toBe(0);
        expect((await client.call(BINDING, ADD, longs(1, 2))).status).toBe("OK");
      });
    });
  });

  describe("calls", () => {
    it("beyond the limit are refused, not kept", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const calls = Array.from({ length: 1_000 }, () => client.call(BINDING, SLEEP, longs(50)));
        const counts = tally(await Promise.all(calls));
        expect(counts["OK"]).toBeGreaterThanOrEqual(128);
        expect((counts["OK"] ?? 0) + (counts["RPC_S_SERVER_TOO_BUSY"] ?? 0)).toBe(1_000);
      });
    });

    it("with the id of another call do not hide that one from cancellation", async () => {
      await system.withstand(async () => {
        const client = await connect();
        const sleep = { bindingId: BINDING, procNum: SLEEP, callId: 77, stubData: longs(600_000) };
        for (let i = 0; i < 10; i++) {
          client.send(MessageType.REQUEST, requestMessage(sleep));
        }
        await expect.poll(async () => (await system.observer.census()).sleeping).toBeGreaterThan(0);
        client[Symbol.dispose]();
        await expect.poll(async () => (await system.observer.census()).sleeping, { timeout: 5_000 }).toBe(0);
      });
    });

    it("cancelled in a storm run no more handlers than the limit", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const cancel = Buffer.alloc(CANCEL_SIZE);
        const answers: Promise<Answer>[] = [];
        for (let i = 0; i < 3_000; i++) {
          const callId = client.nextCallId();
          const stubData = longs(600_000);
          answers.push(
            client.request(requestMessage({ bindingId: BINDING, procNum: SLEEP, callId, stubData })),
          );
          writeCancel(cancel, 0, callId);
          client.send(MessageType.DATAGRAM, cancel);
          writeCancel(cancel, 0, callId * 31);
          client.send(MessageType.DATAGRAM, cancel);
          if (i % 100 === 0) {
            expect((await system.observer.census()).sleeping).toBeLessThanOrEqual(128);
          }
        }
        const counts = tally(await Promise.all(answers));
        expect((counts["OK"] ?? 0) + (counts["RPC_S_SERVER_TOO_BUSY"] ?? 0)).toBe(3_000);
      });
    });

    it("whose results do not fit fail without a word about the reason", async () => {
      await system.withstand(async () => {
        using client = await connect();
        for (const kind of [1, 2, 3, 4, 5]) {
          const { status, details } = await client.call(BINDING, FAIL, longs(kind));
          expect({ status, details }).toEqual({ status: "RPC_S_CALL_FAILED", details: null });
        }
        const tooLarge = await client.call(BINDING, DOWNLOAD, longs(200 * 1024 * 1024, 0));
        expect(tooLarge.status).toMatch(/^RPC_S_(OUT_OF_RESOURCES|CALL_FAILED)$/);
      });
    });

    it("with every cut and every changed octet of their stub data are answered", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const good = Buffer.concat([longs(4, 4), Buffer.from("data")]);
        expect((await client.call(BINDING, UPLOAD, good)).status).toBe("OK");
        const inputs = Array.from({ length: good.length }, (_, length) => good.subarray(0, length));
        for (let i = 0; i < good.length; i++) {
          for (const octet of [0, 1, 0x7f, 0x80, 0xff]) {
            const changed = Buffer.from(good);
            changed[i] = octet;
            inputs.push(changed);
          }
        }
        for (const input of inputs) {
          expect((await client.call(BINDING, UPLOAD, input)).status).toMatch(
            /^(OK|RPC_X_BAD_STUB_DATA|RPC_S_INVALID_BOUND|RPC_S_OUT_OF_RESOURCES)$/,
          );
        }
      });
    });
  });

  describe("context handles", () => {
    it("work for their own connection, interface and type while they live, and for nothing else", async () => {
      await system.withstand(async () => {
        using client = await connect();
        using stranger = await connect();
        const live = await openCounter(client);
        const closed = await openCounter(client);
        expect((await client.call(BINDING, CLOSE_COUNTER, handleData(closed))).status).toBe("OK");
        const other = handleIn((await client.call(OTHER_BINDING, 0)).data);
        const gone = await connect();
        const runDown = await openCounter(gone);
        gone[Symbol.dispose]();
        const increment = (connection: HostileClient, handle: string | null) =>
          connection.call(BINDING, INCREMENT, handleData(handle, 1));
        const kinds: Record<string, (i: number) => Promise<Answer>> = {
          "another connection": () => increment(stranger, live),
          "another interface": () => client.call(OTHER_BINDING, 1, handleData(live)),
          "another type": () => increment(client, other),
          closed: () => increment(client, closed),
          "run down": () => increment(client, runDown),
          "a changed bit": (i) => increment(client, flipBit(live, i)),
          invented: (i) => increment(client, `00000000-0000-4000-8000-${i.toString(16).padStart(12, "0")}`),
        };
        for (const [kind, attempt] of Object.entries(kinds)) {
          const answers = await Promise.all(Array.from({ length: 256 }, (_, i) => attempt(i)));
          expect(tally(answers), kind).toEqual({ RPC_X_SS_CONTEXT_MISMATCH: 256 });
          expect(new Set(answers.map(({ details }) => details)).size, kind).toBe(1);
        }
        expect((await increment(client, null)).status).toBe("RPC_X_SS_IN_NULL_CONTEXT");
        expect((await increment(client, live)).data.readInt32LE()).toBe(1);
      });
    });
  });

  describe("data outside of the message", () => {
    it("that is not there is a protocol error, and nothing of the call stays behind", async () => {
      await system.withstand(async () => {
        for (const flags of [
          RequestFlags.VIEW_PRESENT,
          RequestFlags.DIRECT,
          RequestFlags.VIEW_PRESENT | RequestFlags.DIRECT,
        ]) {
          using client = await connect();
          await openCounter(client);
          await expectStrikes(client, (i) => client.request(largeRequest(client, flags, i * 1000)));
        }
      });
    });

    it("that is announced larger than its view is refused", async () => {
      await system.withstand(async () => {
        using client = await connect();
        for (const size of [100_001, 0x7fff_ffff, 0xffff_ffff]) {
          const view = await client.port.allocateView(100_000);
          const answer = await client.request(largeRequest(client, RequestFlags.VIEW_PRESENT, size), {
            view,
          });
          expect(answer.status).toMatch(/^RPC_S_(PROTOCOL_ERROR|OUT_OF_RESOURCES)$/);
        }
        const view = await client.port.allocateView(100_000);
        view.bytes.set(longs(99_992, 99_992));
        const answer = await client.request(largeRequest(client, RequestFlags.VIEW_PRESENT, 100_000), {
          view,
        });
        expect(answer.data.readUInt32LE()).toBe(99_992);
      });
    });

    it("that lies outside of the client's memory fails the call alone", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const memory = Buffer.alloc(1000);
        const tooLarge = await client.request(largeRequest(client, RequestFlags.DIRECT, 0x7000_0000), {
          dataEntries: [memory],
        });
        expect(tooLarge.status).not.toBe("OK");
        const smaller = await client.request(largeRequest(client, RequestFlags.DIRECT, 5000), {
          dataEntries: [memory],
        });
        expect(smaller.status).toBe("RPC_S_PROTOCOL_ERROR");
        memory.set(longs(992, 992));
        const fitting = await client.request(largeRequest(client, RequestFlags.DIRECT, 1000), {
          dataEntries: [memory],
        });
        expect(fitting.status).toBe("OK");
      });
    });

    it("is written for a pull only if a response waits for it", async () => {
      await system.withstand(async () => {
        using client = await connect();
        const target = Buffer.alloc(4096);
        const pulls = Array.from({ length: 200 }, (_, i) => {
          const payload = Buffer.alloc(PULL_SIZE);
          writePull(payload, 0, i);
          return client.request(payload, { dataEntries: [target] });
        });
        const counts = tally(await Promise.all(pulls));
        expect((counts["RPC_S_PROTOCOL_ERROR"] ?? 0) + (counts["closed"] ?? 0)).toBe(200);
        expect(target.every((octet) => octet === 0)).toBe(true);
      });
    });

    it("that comes late finds no one", async () => {
      await system.withstand(async () => {
        const client = await connect();
        const view = await client.port.allocateView(1_000_000);
        client.send(MessageType.REQUEST, largeRequest(client, RequestFlags.VIEW_PRESENT, 1_000_000), {
          view,
        });
        client[Symbol.dispose]();
        await delay(20);
      });
    });
  });
}
