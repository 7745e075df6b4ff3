import { beforeAll, describe, expect, test } from "vitest";
import { createLoopbackKernel } from "../../alpc/dist/loopback.js";
import { Reader, Writer } from "../../ndr/dist/index.js";
import type { InterfaceDefinition, Client as RpcClient } from "../../runtime/dist/codegen-v1.js";
import { isRpcError, RpcServer } from "../../runtime/dist/index.js";
import { generateText } from "./generate.js";
import { loadModules } from "./load.js";

const idl = `
[ uuid(af6394bb-fbbb-4173-817f-b28273846a15), version(1.0), endpoint("ncalrpc:[handle-arrays]"),
  pointer_default(unique) ]
interface Crates {
    typedef [context_handle] void *CRATE;
    typedef [context_handle] void *LID;
    long Open([in] unsigned long n, [out, size_is(n)] CRATE *crates);
    void Pair([out] CRATE pair[2], [out] LID *lid);
    void Weigh([in] unsigned long n, [in, size_is(n)] CRATE crates[], [out] unsigned long *sum);
    void Shut([in] unsigned long n, [in, out, size_is(n)] CRATE crates[]);
    void Maybe([in] unsigned long n, [in, unique, size_is(n)] CRATE *crates, [out] boolean *given);
    void Some([in] unsigned long size, [in, out] unsigned long *n,
        [in, out, size_is(size), length_is(*n)] CRATE crates[]);
}`;

interface Handle {
  readonly closed: boolean;
  readonly id: string;
}

/** The client as the IDL has it: the module is made while the test runs. */
interface Client {
  open(n: number): Promise<{ crates: (Handle | null)[]; returnValue: number }>;
  pair(): Promise<{ pair: Handle[]; lid: Handle }>;
  weigh(crates: readonly (Handle | null)[]): Promise<{ sum: number }>;
  shut(n: number, crates: readonly (Handle | null)[]): Promise<{ crates: (Handle | null)[] }>;
  maybe(crates: readonly Handle[] | null): Promise<{ given: boolean }>;
  some(size: number, crates: readonly (Handle | null)[]): Promise<{ crates: (Handle | null)[] }>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What of the generated definition is called here and not by the runtime. */
interface Definition {
  readonly methods: readonly { serve(handlers: object, reader: Reader, call: object): void }[];
  connect(binding: string, options: object): Promise<Client>;
}

class Crate implements Disposable {
  readonly weight: number;
  readonly #rundown: Crate[];

  constructor(weight: number, rundown: Crate[]) {
    this.weight = weight;
    this.#rundown = rundown;
  }

  [Symbol.dispose](): void {
    this.#rundown.push(this);
  }
}

const weightOf = (state: object | null): number => (state instanceof Crate ? state.weight : 0);

describe("arrays of context handles", () => {
  let definition: Definition;

  beforeAll(async () => {
    const module = await loadModules(generateText(idl));
    definition = module["Crates"] as Definition;
  });

  /** A server of crates that weigh 1, 2, 3 ... and a client of it. */
  async function serve() {
    const rundown: Crate[] = [];
    let made = 0;
    const make = (): Crate => new Crate(++made, rundown);
    const kernel = createLoopbackKernel();
    const server = new RpcServer({ endpoint: "handle-arrays", kernel });
    server.register(definition as unknown as InterfaceDefinition<object, RpcClient>, {
      open: (n: number) => ({
        crates: Array.from({ length: n }, (_, i) => (i === 1 ? null : make())),
        returnValue: 0,
      }),
      pair: () => ({ pair: [make(), make()], lid: make() }),
      weigh: (crates: object[]) => ({ sum: crates.reduce((sum, crate) => sum + weightOf(crate), 0) }),
      shut: (_n: number, crates: (object | null)[]) => ({
        crates: crates.map((crate) => (weightOf(crate) === 2 ? crate : null)),
      }),
      maybe: (crates: object[] | null) => ({ given: crates !== null }),
      some: (_size: number, crates: (object | null)[]) => ({ crates: [...crates.slice(0, 1), make()] }),
    });
    await server.listen();
    const client: Client = await definition.connect("ncalrpc:[handle-arrays]", { kernel });
    return { client, server, rundown };
  }

  test("go both ways as objects, are kept, replaced and closed place by place", async () => {
    const { client, server, rundown } = await serve();
    await using _server = server;
    await using _client = client;
    const { crates, returnValue } = await client.open(3);
    expect(returnValue).toBe(0);
    const [first, none, second] = crates;
    expect(none).toBeNull();
    if (!first || !second) throw new Error("no crates");
    expect(await client.weigh([first, second, first])).toEqual({ sum: 4 });
    expect((await client.shut(3, [first, null, second])).crates).toEqual([null, null, second]);
    expect([first.closed, second.closed]).toEqual([true, false]);
    expect(await client.weigh([second])).toEqual({ sum: 2 });
    await expect(client.weigh([second, first])).rejects.toSatisfy(hasStatus("RPC_X_SS_IN_NULL_CONTEXT"));
    // Closed by their handler, so that nothing is left to run down.
    expect(rundown).toEqual([]);
  });

  test("of an [out] array without a status none is null, and each is of its type", async () => {
    const { client, server } = await serve();
    await using _server = server;
    await using _client = client;
    const { pair, lid } = await client.pair();
    expect(await client.weigh(pair)).toEqual({ sum: 3 });
    await expect(client.weigh([...pair, lid])).rejects.toSatisfy(hasStatus("RPC_X_SS_CONTEXT_MISMATCH"));
  });

  test("an array behind a pointer can be absent, and one that is sent in part keeps the rest", async () => {
    const { client, server } = await serve();
    await using _server = server;
    await using _client = client;
    expect(await client.maybe(null)).toEqual({ given: false });
    const { pair } = await client.pair();
    expect(await client.maybe(pair)).toEqual({ given: true });
    const { crates } = await client.some(4, pair);
    expect(crates[0]).toBe(pair[0]);
    expect(pair.map(({ closed }) => closed)).toEqual([false, true]);
    expect(await client.weigh(crates)).toEqual({ sum: 5 });
  });

  test("belong to one client, and are run down with it", async () => {
    const { client, server, rundown } = await serve();
    await using _server = server;
    const { pair } = await client.pair();
    {
      const other = await serve();
      await using _otherServer = other.server;
      await using _otherClient = other.client;
      await expect(other.client.weigh(pair)).rejects.toSatisfy(hasStatus("RPC_X_SS_HANDLES_MISMATCH"));
    }
    await client[Symbol.asyncDispose]();
    await expect.poll(() => rundown.map(({ weight }) => weight).sort()).toEqual([1, 2, 3]);
  });

  test("have the octets of one handle after the other (MS-RPCE 2.2.4.3)", () => {
    const array = `02000000 00000000 33221100 5544 7766 8899aabbccddeeff ${"00".repeat(20)}`.replace(
      / /g,
      "",
    );
    const request = Buffer.from(`02000000${array}`, "hex");
    const reader = new Reader();
    reader.attach(request, 0, request.length);
    const response = new Writer();
    const handlers = { shut: (_n: number, crates: (object | null)[]) => ({ crates }) };
    definition.methods[3]?.serve(handlers, reader, {
      contextOrNull: (_type: string, id: string | null) => (id === null ? null : { id }),
      contextId: (_type: string, state: { id: string } | null) => state?.id ?? null,
      closeContext: () => {},
      respond: (result: unknown, write: (w: Writer, value: unknown) => void) => write(response, result),
    });
    expect(response.buffer.subarray(0, response.length).toString("hex")).toBe(array);
  });
});

function hasStatus(status: string): (error: unknown) => boolean {
  return (error) => isRpcError(error) && error.status === status;
}
