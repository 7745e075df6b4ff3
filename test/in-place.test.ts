import { createLinuxKernel } from "@ncalrpc/alpc/linux";
import { RpcServer } from "@ncalrpc/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Labour } from "./dist/gen/labour.js";
import { Probe, type ProbeClient } from "./dist/gen/probe.js";
import { ServerProcess, useEndpointDirectory } from "./dist/server-process.js";

type SentRecord = Parameters<ProbeClient["records"]>[0][number];

/** A record whose `values` come with `during` running, while it is encoded. */
function interrupted(name: string, during: () => void): SentRecord {
  return {
    name,
    id: 7n,
    get values() {
      during();
      return new Int32Array([1, 2, 3]);
    },
  };
}

const plain = (name: string) => ({ name, id: 7n, values: new Int32Array([1, 2, 3]) });

describe("calls that are encoded where the server reads them", () => {
  let directory: ReturnType<typeof useEndpointDirectory>;
  let server: ServerProcess;
  let probe: ProbeClient;

  beforeAll(async () => {
    directory = useEndpointDirectory();
    server = await ServerProcess.start({ endpoint: "probe" });
  });
  afterAll(async () => {
    await server.close();
    directory[Symbol.dispose]();
  });
  beforeEach(async () => {
    probe = await Probe.connect("ncalrpc:[probe]");
    await busy(probe);
    return () => probe.close();
  });

  /** Makes a connection busy, so that it gets a completion list where there are any. */
  async function busy(client: ProbeClient): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await Promise.all(Array.from({ length: 20 }, (_, a) => client.add(a, 1)));
    }
  }

  it("carry values of any length, in whichever part of the ring they fall", async () => {
    for (let round = 0; round < 300; round++) {
      const text = "x".repeat((round * 131) % 9_000);
      expect((await probe.echo(text)).reply).toBe(text);
    }
    const long = "y".repeat(40_000);
    expect((await probe.echo(long)).reply).toBe(long);
  });

  it("let a value's getters call meanwhile: each request arrives whole", async () => {
    for (let round = 0; round < 50; round++) {
      const inner: Promise<number>[] = [];
      const outer = probe.records([
        interrupted("first", () => inner.push(probe.add(round, 1), probe.add(round, 2))),
        interrupted("second", () => inner.push(probe.add(round, 3))),
      ]);
      expect((await outer).reply).toEqual([plain("first"), plain("second")]);
      // The values are looked at more than once.
      expect(inner.length).toBeGreaterThan(2);
      for (const sum of await Promise.all(inner)) {
        expect([round + 1, round + 2, round + 3]).toContain(sum);
      }
    }
  });

  it("let them call synchronously", async () => {
    const sums: number[] = [];
    const { reply } = await probe.records([interrupted("one", () => sums.push(probe.sync.add(20, 22)))]);
    expect(reply).toEqual([plain("one")]);
    expect(new Set(sums)).toEqual(new Set([42]));
  });

  it("fail alone when a value cannot be encoded, whatever had been written by then", async () => {
    for (let round = 0; round < 20; round++) {
      const failing = probe.records([
        plain("fine"),
        interrupted("not", () => {
          throw new TypeError("no such value");
        }),
      ]);
      await expect(failing).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED_DNE" });
      expect(await probe.add(round, 1)).toBe(round + 1);
    }
  });

  it("fail when a getter closes the connection", async () => {
    const failing = probe.records([interrupted("last", () => probe.connection.close())]);
    await expect(failing).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED_DNE" });
    const other = await Probe.connect("ncalrpc:[probe]");
    await busy(other);
    expect((await other.records([plain("next")])).reply).toEqual([plain("next")]);
    await other.close();
  });

  it("are answered in the same way", async () => {
    const kernel = createLinuxKernel();
    await using own = new RpcServer({ endpoint: "answers", kernel });
    let during = () => {};
    own.register(Labour, {
      burn: (milliseconds) => milliseconds,
      sleep: () => ({ wasCancelled: false }),
      fail: (kind) => kind,
      whoAmI: () => ({
        user: "one",
        pid: 2,
        get object() {
          during();
          return "three";
        },
      }),
      echo: (data) => ({ reply: data }),
      die: () => {},
    });
    await own.listen();
    await using labour = await Labour.connect("ncalrpc:[answers]", { kernel });
    for (let i = 0; i < 3; i++) {
      await Promise.all(Array.from({ length: 20 }, (_, n) => labour.burn(n)));
    }
    const inner: Promise<number>[] = [];
    during = () => inner.push(labour.burn(4), labour.burn(5));
    expect(await labour.whoAmI()).toEqual({ user: "one", pid: 2, object: "three" });
    expect(new Set(await Promise.all(inner))).toEqual(new Set([4, 5]));
    during = () => {
      throw new TypeError("no such value");
    };
    await expect(labour.whoAmI()).rejects.toMatchObject({ status: "RPC_S_CALL_FAILED" });
    expect(await labour.burn(6)).toBe(6);
  });
});
