import { setTimeout as delay } from "node:timers/promises";
import { defaultKernel } from "@ncalrpc/alpc";
import { ClientConnection, type ConnectOptions, isRpcError, type RpcStatusName } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OtherProbe } from "./dist/gen/other-probe.js";
import { Probe, type ProbeClient } from "./dist/gen/probe.js";
import { makeOctets, sumOf } from "./dist/probe-handlers.js";

/** A running server of the probe interfaces, and how to connect to it. */
export interface ProbeSystem extends AsyncDisposable {
  readonly binding: string;
  readonly options: ConnectOptions;
}

export async function statusOf(call: Promise<unknown>): Promise<RpcStatusName> {
  const error = await call.then(
    () => new Error("the call succeeded"),
    (thrown: unknown) => thrown,
  );
  if (!isRpcError(error)) {
    throw error;
  }
  return error.status;
}

/** What the runtime promises over any kernel: the server may be in this process or in another one. */
export function describeRuntime(name: string, start: () => Promise<ProbeSystem>): void {
  describe(`runtime over ${name}`, () => {
    let system: ProbeSystem;
    let probe: ProbeClient;

    beforeAll(async () => {
      system = await start();
      probe = await Probe.connect(system.binding, system.options);
    });

    afterAll(async () => {
      await probe.close();
      await system[Symbol.asyncDispose]();
    });

    it("calls and returns values", async () => {
      expect(await probe.add(40, 2)).toBe(42);
      expect(await probe.echo("grüezi \ud83d\ude00 \ud800 lone")).toEqual({
        reply: "grüezi \ud83d\ude00 \ud800 lone",
      });
    });

    it("carries nested structures with pointers both ways", async () => {
      const records = [
        { name: "one", id: 2n ** 62n, values: new Int32Array([1, -2, 3]) },
        { name: null, id: -1n, values: null },
        { name: "", id: 0n, values: new Int32Array(0) },
      ];
      const { reply } = await probe.records(records);
      expect(reply).toEqual(records);
    });

    it("keeps many calls in flight apart", async () => {
      const sums = await Promise.all(Array.from({ length: 500 }, (_, i) => probe.add(i, i)));
      expect(sums).toEqual(Array.from({ length: 500 }, (_, i) => 2 * i));
    });

    it.each([0, 1, 1000, 16 * 1024, 32 * 1024, 64 * 1024, 1024 * 1024 + 3, 20 * 1024 * 1024])(
      "moves %d octets each way, in the message or through a section",
      async (length) => {
        const data = makeOctets(length, 3);
        expect(await probe.upload(data)).toEqual({ received: length, sum: sumOf(data) });
        const { data: received } = await probe.download(length, 9);
        expect(Buffer.compare(received ?? new Uint8Array(1), makeOctets(length, 9))).toBe(0);
      },
    );

    it("moves many large messages at once", async () => {
      const data = makeOctets(300_000, 5);
      const sum = sumOf(data);
      const replies = await Promise.all(Array.from({ length: 40 }, () => probe.upload(data)));
      expect(replies).toEqual(Array.from({ length: 40 }, () => ({ received: data.length, sum })));
    });

    it("rejects what is beyond every limit, and goes on", async () => {
      const huge = new Uint8Array(129 * 1024 * 1024);
      expect(await statusOf(probe.upload(huge))).toBe("RPC_S_OUT_OF_RESOURCES");
      expect(await statusOf(probe.download(129 * 1024 * 1024, 0))).toMatch(
        /RPC_S_(OUT_OF_RESOURCES|CALL_FAILED)/,
      );
      expect(await probe.add(1, 1)).toBe(2);
    });

    it("refuses arguments that do not fit, before anything is sent", async () => {
      expect(await statusOf(probe.add(1.5, 0))).toBe("RPC_X_BAD_STUB_DATA");
      expect(await statusOf(probe.add(2 ** 40, 0))).toBe("RPC_X_BAD_STUB_DATA");
      expect(await statusOf(probe.echo("with\0NUL"))).toBe("RPC_X_BAD_STUB_DATA");
      expect(await probe.add(1, 1)).toBe(2);
    });

    it("says what a handler wants to say, and nothing else", async () => {
      await expect(probe.fail(0)).rejects.toMatchObject({
        status: "RPC_S_INVALID_ARG",
        details: "kind 0 is never right",
      });
      for (const kind of [1, 2, 3, 4, 5]) {
        await expect(probe.fail(kind)).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED", details: null });
      }
      expect(await probe.fail(6)).toEqual({ result: 6 });
    });

    it("gives a call up at its timeout, and tells the server", async () => {
      const before = performance.now();
      expect(await statusOf(probe.sleep(60_000, { timeout: 50 }))).toBe("RPC_S_TIMEOUT");
      expect(performance.now() - before).toBeLessThan(5_000);
      await expectEventually(async () => (await probe.census()).sleeping, 0);
    });

    it("gives a call up when its signal aborts, and tells the server", async () => {
      const abort = new AbortController();
      const call = statusOf(probe.sleep(60_000, { signal: abort.signal }));
      await expectEventually(async () => (await probe.census()).sleeping, 1);
      abort.abort();
      expect(await call).toBe("RPC_S_CALL_CANCELLED");
      await expectEventually(async () => (await probe.census()).sleeping, 0);
      expect(await statusOf(probe.add(1, 1, { signal: abort.signal }))).toBe("RPC_S_CALL_CANCELLED");
    });

    it("refuses timeouts that make no sense", async () => {
      for (const timeout of [0, -1, Number.NaN, 2 ** 40]) {
        expect(await statusOf(probe.add(1, 1, { timeout }))).toBe("RPC_S_INVALID_ARG");
      }
      expect(await probe.add(1, 1, { timeout: 10_000 })).toBe(2);
    });

    it("queues calls beyond what the server takes at once", async () => {
      const calls = Array.from({ length: 300 }, () => probe.sleep(5));
      expect(await Promise.all(calls)).toHaveLength(300);
    });

    it("tells the server who calls", async () => {
      const { user, pid } = await probe.whoAmI();
      const { kernel = defaultKernel() } = system.options;
      expect(user).toBe(kernel.currentToken().user.toString());
      expect(pid).toBe(process.pid);
    });

    it("tells the server which object a call is for", async () => {
      const object = "0c4d1c8e-6a2b-4f57-9c11-7c3f5f1f2a77";
      await using client = await Probe.connect(`${object}@${system.binding}`, system.options);
      expect((await client.whoAmI()).object).toBe(object);
      expect((await probe.whoAmI()).object).toBeNull();
    });

    it("keeps state behind context handles", async () => {
      const { counter } = await probe.openCounter(10);
      expect(await probe.increment(counter, 5)).toBe(15);
      expect(await probe.increment(counter, -20)).toBe(-5);
      await probe.closeCounter(counter);
      expect(counter.closed).toBe(true);
      expect(await statusOf(rejecting(() => probe.increment(counter, 1)))).toBe("RPC_X_SS_IN_NULL_CONTEXT");
    });

    it("knows a context handle by connection, interface and type only", async () => {
      await using stranger = await Probe.connect(system.binding, system.options);
      await using other = await OtherProbe.connect(probe.connection);
      const { counter } = await probe.openCounter(1);
      expect(await statusOf(rejecting(() => stranger.increment(counter, 1)))).toBe(
        "RPC_X_SS_HANDLES_MISMATCH",
      );
      const { other: foreign } = await other.openOther();
      expect(await other.useOther(foreign)).toBe(7);
      expect(await probe.increment(counter, 1)).toBe(2);
      await probe.closeCounter(counter);
    });

    it("runs context handles down when their client is gone", async () => {
      const before = await probe.census();
      const client = await Probe.connect(system.binding, system.options);
      for (let i = 0; i < 5; i++) {
        await client.openCounter(i);
      }
      expect((await probe.census()).open).toBe(before.open + 5);
      await client.close();
      await expectEventually(async () => (await probe.census()).open, before.open);
      expect((await probe.census()).runDown).toBe(before.runDown + 5);
    });

    it("shares a connection between interfaces", async () => {
      using connection = await ClientConnection.connect(system.binding, system.options);
      const first = await Probe.connect(connection);
      const second = await OtherProbe.connect(connection);
      await first.close();
      expect(await second.openOther()).toBeDefined();
      expect(connection.isClosed).toBe(false);
    });

    it("fails what is in flight when the connection closes, once", async () => {
      const client = await Probe.connect(system.binding, system.options);
      const calls = Array.from({ length: 10 }, () => statusOf(client.sleep(60_000)));
      await delay(20);
      await client.close();
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 10 }, () => "RPC_S_CALL_FAILED"));
      expect(await statusOf(client.add(1, 1))).toBe("RPC_S_CALL_FAILED_DNE");
      await expectEventually(async () => (await probe.census()).connections, 1);
    });

    it("refuses interfaces and versions that are not offered", async () => {
      using connection = await ClientConnection.connect(system.binding, system.options);
      const id = { uuid: Probe.uuid, version: { major: 2, minor: 0 } };
      expect(await statusOf(connection.bind(id, false))).toBe("RPC_S_UNKNOWN_IF");
      expect(await statusOf(connection.bind({ ...id, version: { major: 1, minor: 3 } }, false))).toBe(
        "RPC_S_UNKNOWN_IF",
      );
      await connection.bind({ ...id, version: { major: 1, minor: 0 } }, false);
    });

    it("reports an endpoint that nobody listens on", async () => {
      expect(await statusOf(Probe.connect("ncalrpc:[nobody-is-here]", system.options))).toBe(
        "RPC_S_SERVER_UNAVAILABLE",
      );
    });

    it("connects only to the server that the client expects", async () => {
      const { user } = await probe.whoAmI();
      const expected = await Probe.connect(system.binding, { ...system.options, serverSid: user ?? "" });
      await expected.close();
      expect(
        await statusOf(Probe.connect(system.binding, { ...system.options, serverSid: "S-1-22-1-4711" })),
      ).toBe("RPC_S_ACCESS_DENIED");
      const granted = `D:(A;;GR;;;S-1-22-1-4711)(A;;GR;;;${user})`;
      const known = await Probe.connect(system.binding, { ...system.options, requiredServer: granted });
      await known.close();
      const denied = { ...system.options, requiredServer: "D:(A;;GR;;;S-1-22-1-4711)" };
      expect(await statusOf(Probe.connect(system.binding, denied))).toBe("RPC_S_ACCESS_DENIED");
    });
  });
}

/** Generated methods may also throw at once. */
async function rejecting<T>(call: () => Promise<T>): Promise<T> {
  return await call();
}

export async function expectEventually<T>(probe: () => Promise<T>, expected: T): Promise<void> {
  const deadline = performance.now() + 5_000;
  let last = await probe();
  while (last !== expected && performance.now() < deadline) {
    await delay(10);
    last = await probe();
  }
  expect(last).toBe(expected);
}
