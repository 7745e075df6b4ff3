import { setTimeout as delay } from "node:timers/promises";
import { type RegisterOptions, RpcServer } from "@ncalrpc/runtime";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Labour, type LabourClient, type LabourHandlers } from "./dist/gen/labour.js";
import { Ledger } from "./dist/gen/ledger.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { kernels } from "./probe-servers.js";

const binding = "ncalrpc:[workers-balance]";
/** Milliseconds; everything else has to be over by then. */
const LONG = 1_500;

let directory: ReturnType<typeof useEndpointDirectory>;

beforeAll(() => {
  directory = useEndpointDirectory();
});

afterAll(() => directory[Symbol.dispose]());

describe.each(kernels)("a handler that burns its processor, over %s ports", (_name, createKernel) => {
  const kernel = createKernel();
  const open: AsyncDisposable[] = [];

  afterEach(async () => {
    for (const disposable of open.splice(0).reverse()) {
      await disposable[Symbol.asyncDispose]();
    }
  });

  async function serve(workers: number, options: RegisterOptions<LabourHandlers> = {}) {
    const server = new RpcServer({ endpoint: binding, kernel, workers });
    server.register(Labour, new URL("./dist/labour-handlers.js", import.meta.url), options);
    server.register(Ledger, new URL("./dist/ledger-handlers.js", import.meta.url));
    await server.listen();
    open.push(server);
    const client = await Labour.connect(binding, { kernel });
    open.push(client);
    return client;
  }

  function burnLong(client: LabourClient): { isOver: boolean; readonly thread: Promise<number> } {
    const burning = {
      isOver: false,
      thread: client.burn(LONG).then((thread) => {
        burning.isOver = true;
        return thread;
      }),
    };
    return burning;
  }

  it.each([2, 4])("holds up nobody while others of %i workers are idle", async (workers) => {
    const client = await serve(workers);
    for (let i = 0; i < 200; i++) {
      await client.burn(0);
    }
    // All but one are kept busy: calls that come one by one and all at once find the one that is not.
    const burning = Array.from({ length: workers - 1 }, () => burnLong(client));
    await delay(50);
    const others = new Set<number>();
    for (let i = 0; i < 20; i++) {
      others.add(await client.burn(0));
    }
    for (const thread of await Promise.all(Array.from({ length: 20 }, () => client.burn(0)))) {
      others.add(thread);
    }
    expect(burning.some(({ isOver }) => isOver)).toBe(false);
    const burners = await Promise.all(burning.map(({ thread }) => thread));
    expect(new Set([...burners, ...others]).size).toBe(workers);
    expect(others.size).toBe(1);
  });

  it("is not followed by a call of the same turn while another worker is idle", async () => {
    const client = await serve(3);
    for (let i = 0; i < 200; i++) {
      await client.burn(0);
    }
    const burning = burnLong(client);
    const others = await Promise.all(Array.from({ length: 10 }, () => client.burn(0)));
    expect(burning.isOver).toBe(false);
    expect(others).not.toContain(await burning.thread);
  });

  it("holds up no large requests", async () => {
    const client = await serve(2);
    await client.burn(0);
    const burning = burnLong(client);
    await delay(50);
    for (let i = 0; i < 5; i++) {
      const data = new Uint8Array(100_000).fill(i);
      const { reply } = await client.echo(data);
      expect(Buffer.compare(reply ?? Buffer.from("none"), data)).toBe(0);
    }
    expect(burning.isOver).toBe(false);
    await burning.thread;
  });

  it("holds up no calls on handles that are with other workers", async () => {
    const client = await serve(3);
    const books = [];
    for (let i = 0; i < 3; i++) {
      const ledger = await Ledger.connect(binding, { kernel });
      open.push(ledger);
      books.push({ ledger, ...(await ledger.open(i)) });
    }
    expect(new Set(books.map(({ thread }) => thread)).size).toBe(3);
    const burning = burnLong(client);
    await delay(50);
    const adding = books.map(async ({ ledger, tally }) => {
      const { thread } = await ledger.add(tally, 1);
      return { thread, wasHeldUp: burning.isOver };
    });
    const results = await Promise.all(adding);
    const burner = await burning.thread;
    expect(results.map(({ thread, wasHeldUp }) => [thread, wasHeldUp])).toEqual(
      books.map(({ thread }) => [thread, thread === burner]),
    );
  });

  it.each(["owned", "borrowed", "view"] as const)(
    "gets octets as they were sent where they are %s",
    async (requestBytes) => {
      const client = await serve(2, { requestBytes });
      const all = Array.from({ length: 8 }, (_, i) => new Uint8Array(i * 300_000 + 1).fill(i + 1));
      const replies = await Promise.all(all.map((data) => client.echo(data)));
      expect(replies.map(({ reply }) => [reply?.length, reply?.at(0), reply?.at(-1)])).toEqual(
        all.map((data, i) => [data.length, i + 1, i + 1]),
      );
    },
  );
});
