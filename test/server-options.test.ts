import diagnosticsChannel from "node:diagnostics_channel";
import { setTimeout as delay } from "node:timers/promises";
import {
  type AccessDeniedEvent,
  type HandlerErrorEvent,
  RpcError,
  type RundownErrorEvent,
  type ServerCall,
} from "@ncalrpc/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { OtherProbe } from "./dist/gen/other-probe.js";
import type { ProbeHandlers } from "./dist/gen/probe.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { kernels, ProbeServers, State } from "./probe-servers.js";
import { statusOf } from "./runtime-suite.js";

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

describe.each(kernels)("a server over %s ports", (_name, createKernel) => {
  const servers = new ProbeServers(createKernel());

  afterEach(() => servers.closeAll());

  describe("that asks", () => {
    const ask: Record<string, (call: ServerCall) => boolean | Promise<boolean>> = {
      "no, at once": () => false,
      "no, later": async () => false,
      "an exception": () => {
        throw new Error("a secret of the server");
      },
      "a rejection": () => Promise.reject(new Error("a secret of the server")),
    };

    it.each(Object.entries(ask))("and gets %s refuses the call", async (_answer, authorize) => {
      let entered = 0;
      await servers.serve({ add: () => ++entered }, { authorize });
      const client = await servers.connect();
      const refused = await client.add(1, 1).catch((error: unknown) => error);
      expect(refused).toMatchObject({ status: "RPC_S_ACCESS_DENIED" });
      expect(String(refused)).toContain("Probe.add");
      expect(String(refused)).not.toContain("secret");
      expect(entered).toBe(0);
    });

    it.each([
      ["at once", (): boolean => true],
      ["later", (): Promise<boolean> => delay(5, true)],
    ] as const)("and gets yes, %s, serves the call, large or small", async (_when, authorize) => {
      const asked: string[] = [];
      await servers.serve(
        {},
        {
          authorize: (call): boolean | Promise<boolean> => {
            asked.push(call.name);
            return authorize();
          },
        },
      );
      const client = await servers.connect();
      expect(await client.add(20, 22)).toBe(42);
      expect(await client.echo("text")).toEqual({ reply: "text" });
      expect(await client.upload(new Uint8Array(1_000_000))).toMatchObject({ received: 1_000_000 });
      expect(asked).toEqual(["Probe.add", "Probe.echo", "Probe.upload"]);
    });

    it("does not run a call whose client has gone meanwhile", async () => {
      let entered = 0;
      let decide = (_answer: boolean) => {};
      await servers.serve(
        { add: () => ++entered },
        {
          authorize: () =>
            new Promise<boolean>((resolve) => {
              decide = resolve;
            }),
        },
      );
      const client = await servers.connect();
      const call = statusOf(client.add(1, 1));
      await delay(20);
      await client.close();
      expect(await call).toBe("RPC_S_CALL_FAILED");
      await delay(20);
      decide(true);
      await delay(20);
      expect(entered).toBe(0);
    });
  });

  it("tells handlers that this system has no impersonation", async () => {
    await servers.serve({ add: (_a, _b, call) => call.impersonate(() => 1) });
    const client = await servers.connect();
    expect(await client.add(1, 1).catch((error: unknown) => error)).toMatchObject({
      status: "RPC_S_CANNOT_SUPPORT",
    });
  });

  describe("with handlers that outlive their client", () => {
    it("runs down the handle that such a one returns", async () => {
      const state = new State();
      let finish = () => {};
      await servers.serve({
        openCounter: () =>
          new Promise((resolve) => {
            finish = () => resolve({ counter: state });
          }),
      });
      const client = await servers.connect();
      const call = statusOf(client.openCounter(1));
      await delay(20);
      await client.close();
      expect(await call).toBe("RPC_S_CALL_FAILED");
      await delay(20);
      finish();
      await expect.poll(() => state.runDowns).toBe(1);
    });
  });

  describe("with descriptors", () => {
    const nobody = "D:(A;;GX;;;S-1-22-1-4711)";

    it("of an interface refuses its methods only", async () => {
      await servers.serve({}, { security: nobody });
      const client = await servers.connect();
      expect(await statusOf(client.add(1, 1))).toBe("RPC_S_ACCESS_DENIED");
      const other = await OtherProbe.connect(client.connection);
      expect(await other.openOther()).toBeDefined();
    });

    it("of a method refuses that one only", async () => {
      await servers.serve({}, { methods: { add: nobody } });
      const client = await servers.connect();
      expect(await statusOf(client.add(1, 1))).toBe("RPC_S_ACCESS_DENIED");
      expect(await client.echo("text")).toEqual({ reply: "text" });
    });

    it("of an interface and a method grants what both grant", async () => {
      await servers.serve(
        {},
        { security: "D:(A;;GX;;;WD)", methods: { add: nobody, echo: "D:(A;;GX;;;WD)" } },
      );
      const client = await servers.connect();
      expect(await statusOf(client.add(1, 1))).toBe("RPC_S_ACCESS_DENIED");
      expect(await client.echo("text")).toEqual({ reply: "text" });
    });
  });

  describe("with handlers that fail", () => {
    const failing: Partial<ProbeHandlers> = {
      add: () => {
        throw new Error("a secret of the server");
      },
      fail: () => ({ result: -1 }),
      echo: () => {
        throw new RpcError("RPC_S_INVALID_ARG", { details: "for the client" });
      },
    };

    it("tells clients nothing of it", async () => {
      await servers.serve(failing);
      const client = await servers.connect();
      await expect(client.add(1, 1)).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED", details: null });
      await expect(client.fail(1)).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED", details: null });
      await expect(client.echo("")).rejects.toMatchObject({
        status: "RPC_S_INVALID_ARG",
        details: "for the client",
      });
    });

    it("tells them if it is to expose errors, but no stack", async () => {
      await servers.serve(failing, {}, { exposeErrors: true });
      const client = await servers.connect();
      const error = await client.add(1, 1).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status: "RPC_S_CALL_FAILED", details: "a secret of the server" });
      expect(String(error)).not.toContain(".test.");
    });

    it("checks results if it is to validate them", async () => {
      const download = () => ({ data: new Uint8Array(2), surplus: true });
      const upload = () => ({ received: 0.5, sum: 0 });
      await servers.serve({ upload, download }, { validateResults: true });
      const client = await servers.connect();
      expect(await client.add(1, 1)).toBe(2);
      expect(await statusOf(client.upload(new Uint8Array(1)))).toBe("RPC_S_CALL_FAILED");
      expect((await client.download(2, 0)).data).toEqual(new Uint8Array(2));
    });
  });

  describe("reports on a diagnostics channel", () => {
    const seen: unknown[] = [];
    const note = (message: unknown) => void seen.push(message);
    const channels = ["ncalrpc:access-denied", "ncalrpc:handler-error", "ncalrpc:rundown-error"];

    beforeAll(() => {
      for (const channel of channels) diagnosticsChannel.subscribe(channel, note);
    });

    afterAll(() => {
      for (const channel of channels) diagnosticsChannel.unsubscribe(channel, note);
    });

    afterEach(() => {
      seen.length = 0;
    });

    it("who was refused what", async () => {
      await servers.serve({}, { methods: { add: "D:(A;;GX;;;S-1-22-1-4711)" } });
      const client = await servers.connect();
      await statusOf(client.add(1, 1));
      expect(seen).toEqual([
        {
          caller: expect.objectContaining({ pid: process.pid }),
          method: "Probe.add",
          reason: expect.stringContaining("S-1-22-1-"),
        } satisfies Record<keyof AccessDeniedEvent, unknown>,
      ]);
    });

    it("which handler threw what", async () => {
      const error = new Error("a secret of the server");
      await servers.serve({ add: () => Promise.reject(error) });
      const client = await servers.connect();
      await statusOf(client.add(1, 1));
      expect(seen).toEqual([
        {
          caller: expect.objectContaining({ pid: process.pid }),
          method: "Probe.add",
          error,
        } satisfies Record<keyof HandlerErrorEvent, unknown>,
      ]);
    });

    it("which rundown failed", async () => {
      const error = new Error("cannot let go");
      await servers.serve({}, { rundown: () => Promise.reject(error) });
      const client = await servers.connect();
      await client.openCounter(1);
      await client.close();
      const event = { interface: "Probe", contextType: "COUNTER", error } satisfies RundownErrorEvent;
      await expect.poll(() => seen).toEqual([event]);
    });
  });
});
