import { setTimeout as delay } from "node:timers/promises";
import { Reader } from "@ncalrpc/ndr";
import { ClientConnection, type RegisterOptions, RpcServer, type TransferSyntaxName } from "@ncalrpc/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Bind,
  readBind,
  TransferSyntax,
  writeBind,
} from "../packages/runtime/src/protocol-lrpc/bind.js";
import {
  Kind,
  type Shape,
  Shapes,
  type ShapesClient,
  type ShapesHandlers,
  Style,
} from "./dist/gen/shapes.js";
import { useEndpointDirectory } from "./dist/server-process.js";
import { HostileClient, requestMessage } from "./hostile-client.js";
import { statusOf } from "./runtime-suite.js";

const NDR20 = TransferSyntax.NDR20;
const NDR64 = TransferSyntax.NDR64;
const binding = "ncalrpc:[shapes]";
const DRAW = 3;

const handlers: ShapesHandlers = {
  turn: (shapes) => ({ result: shapes }),
  sum(list, start) {
    let sum = start;
    for (let node: typeof list | null = list; node !== null; node = node.next) sum += BigInt(node.value);
    return { copy: list, returnValue: sum };
  },
  sharpen: () => ({ pencil: {} }),
  draw: (_pencil, kind) => kind,
  dip: () => ({ brush: {} }),
  sketch: count,
  paint: count,
};

const calls = new WeakMap<object, number>();

async function count(state: object): Promise<number> {
  calls.set(state, (calls.get(state) ?? 0) + 1);
  await delay(20);
  return calls.get(state) ?? 0;
}

const shapes: Shape[] = [
  {
    form: { tag: Kind.DOT, value: { x: 1, y: -(2n ** 62n) } },
    style: Style.SHADED,
    flags: Uint8Array.of(1, 2, 3),
    isLast: false,
  },
  {
    form: { tag: Kind.LINE, value: { points: [1, 2, 3].map((x) => ({ x, y: BigInt(x) })) } },
    style: Style.PLAIN,
    flags: Uint8Array.of(4, 5, 6),
    isLast: false,
  },
  {
    form: { tag: Kind.LINE, value: { points: null } },
    style: Style.PLAIN,
    flags: new Uint8Array(3),
    isLast: false,
  },
  {
    form: { tag: Kind.AREA, value: "grüezi" },
    style: Style.SHADED,
    flags: new Uint8Array(3),
    isLast: true,
  },
];

let directory: ReturnType<typeof useEndpointDirectory>;
let server: RpcServer;

beforeAll(async () => {
  directory = useEndpointDirectory();
  server = new RpcServer({ endpoint: "shapes" });
  server.register(Shapes, handlers);
  await server.listen();
});

afterAll(async () => {
  await server.close();
  directory[Symbol.dispose]();
});

describe.each<TransferSyntaxName>(["ndr20", "ndr64"])("calls in %s", (transferSyntax) => {
  let client: ShapesClient;
  beforeAll(async () => {
    client = await Shapes.connect(binding, { transferSyntax });
  });
  afterAll(() => client.close());

  it("carry unions, enums, nested arrays and their padding", async () => {
    expect(await client.turn(shapes)).toEqual({ result: shapes });
    expect(await client.turn([])).toEqual({ result: [] });
  });

  it("carry recursive lists, and numbers that are as wide as pointers", async () => {
    const list = { value: 1, next: { value: 2, next: { value: -4, next: null } } };
    expect(await client.sum(list, 10n)).toEqual({ copy: list, returnValue: 9n });
  });

  it("carry contexts", async () => {
    const { pencil } = await client.sharpen();
    expect(pencil === null ? null : await client.draw(pencil, Kind.AREA)).toBe(Kind.AREA);
  });

  it("go through several bindings of one connection", async () => {
    using connection = await ClientConnection.connect(binding, { transferSyntax });
    const first = await Shapes.connect(connection);
    const second = await Shapes.connect(connection);
    expect(await Promise.all([first.turn(shapes), second.turn(shapes)])).toEqual([
      { result: shapes },
      { result: shapes },
    ]);
  });
});

describe("calls on one context handle", () => {
  async function results(options: RegisterOptions<ShapesHandlers>) {
    await using other = new RpcServer({ endpoint: "shapes-contexts" });
    other.register(Shapes, handlers, options);
    await other.listen();
    await using client = await Shapes.connect("ncalrpc:[shapes-contexts]");
    const { pencil } = await client.sharpen();
    const { brush } = await client.dip();
    if (pencil === null || brush === null) throw new Error("no handle");
    return {
      sketch: await Promise.all([client.sketch(pencil), client.sketch(pencil)]),
      paint: await Promise.all([client.paint(brush), client.paint(brush)]),
    };
  }

  it("run at the same time where its type is [context_handle_noserialize]", async () => {
    expect(await results({})).toEqual({ sketch: [2, 2], paint: [1, 2] });
  });

  it("run as the server's option says, which goes before", async () => {
    expect(await results({ concurrentContexts: false })).toEqual({ sketch: [1, 2], paint: [1, 2] });
    expect(await results({ concurrentContexts: true })).toEqual({ sketch: [2, 2], paint: [2, 2] });
    expect(await results({ concurrentContexts: ["BRUSH"] })).toEqual({ sketch: [1, 2], paint: [2, 2] });
  });
});

it("a number that only NDR64 has room for is refused in NDR20", async () => {
  await using narrow = await Shapes.connect(binding);
  await using wide = await Shapes.connect(binding, { transferSyntax: "ndr64" });
  const list = { value: 1, next: null };
  expect(await statusOf(narrow.sum(list, 2n ** 40n))).toBe("RPC_X_BAD_STUB_DATA");
  expect((await wide.sum(list, 2n ** 40n)).returnValue).toBe(2n ** 40n + 1n);
});

describe("binds", () => {
  async function bind(client: HostileClient, transferSyntaxes: number, ndr20Id: number, ndr64Id: number) {
    const message = Buffer.alloc(0x48);
    writeBind(message, 0, {
      uuid: Shapes.uuid,
      version: Shapes.version,
      status: 0,
      transferSyntaxes,
      ndr20Id,
      ndr64Id,
      flags: 0,
    });
    const { data } = await client.request(message);
    const reader = new Reader();
    reader.attach(data, 0, data.length);
    const { status, ...answer }: Bind = readBind(reader);
    return { status, transferSyntaxes: answer.transferSyntaxes, ids: [answer.ndr20Id, answer.ndr64Id] };
  }

  /** Draws without a pencil; `kind` tells by its width which decoder was at work. */
  async function draw(client: HostileClient, bindingId: number, kindSize: 2 | 4): Promise<string | null> {
    const stubData = Buffer.alloc(20 + kindSize);
    const callId = client.nextCallId();
    const { status, details } = await client.request(
      requestMessage({ bindingId, procNum: DRAW, callId, stubData }),
    );
    return details ?? status;
  }

  it("are answered with the syntax that the client offers, under its id", async () => {
    using client = await HostileClient.connect("shapes");
    expect(await bind(client, NDR20, 5, 0)).toEqual({ status: 0, transferSyntaxes: NDR20, ids: [5, 0] });
    expect(await bind(client, NDR64, 0, 6)).toEqual({ status: 0, transferSyntaxes: NDR64, ids: [0, 6] });
    // The null handle is refused only when the rest was decoded: two octets are too few for an enum of NDR64.
    expect(await draw(client, 5, 2)).toBe("RPC_X_SS_IN_NULL_CONTEXT");
    expect(await draw(client, 6, 2)).toMatch(/^Draw\.kind: 4 octets expected, 2 left/);
    expect(await draw(client, 6, 4)).toBe("RPC_X_SS_IN_NULL_CONTEXT");
  });

  it("that offer both get NDR64, and nothing under the other id", async () => {
    using client = await HostileClient.connect("shapes");
    expect(await bind(client, NDR20 | NDR64 | 4, 7, 8)).toEqual({
      status: 0,
      transferSyntaxes: NDR64,
      ids: [7, 8],
    });
    expect(await draw(client, 8, 4)).toBe("RPC_X_SS_IN_NULL_CONTEXT");
    expect(await draw(client, 7, 2)).toBe("no interface is bound as 7");
  });

  it.each([0, 4, 0x8000_0000, 0xffff_fffc])("that offer set %i get none", async (set) => {
    using client = await HostileClient.connect("shapes");
    expect(await bind(client, set, 1, 1)).toMatchObject({ status: 1730, transferSyntaxes: 0 });
    expect(await draw(client, 1, 4)).toBe("no interface is bound as 1");
  });

  it("do not take an id that is in use, of whichever syntax", async () => {
    using client = await HostileClient.connect("shapes");
    expect(await bind(client, NDR20, 9, 0)).toMatchObject({ status: 0 });
    expect(await bind(client, NDR64, 0, 9)).toMatchObject({ status: 1721, transferSyntaxes: 0 });
    expect(await bind(client, NDR20 | NDR64, 1, 9)).toMatchObject({ transferSyntaxes: 0 });
    // The first bind still is what it was.
    expect(await draw(client, 9, 2)).toBe("RPC_X_SS_IN_NULL_CONTEXT");
  });
});
