import { createLoopbackKernel } from "@ncalrpc/alpc/loopback";
import { describe, expect, it } from "vitest";
import { lookUpEndpoints, mapEndpoint } from "../src/endpoint-mapper.js";
import { EndpointMapper, type EndpointMapperHandlers } from "../src/gen/endpoint-mapper.js";
import { formatTower, parseTower } from "../src/protocol-tower.js";
import { RpcServer } from "../src/server/rpc-server.js";
import { uuidToFields } from "../src/uuid-fields.js";

const id = { uuid: "6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10", version: { major: 1, minor: 2 } };
const NIL = uuidToFields("00000000-0000-0000-0000-000000000000");
const OK = 0;
const NO_MORE_ENTRIES = 0x16c9a0d6;

describe("a protocol tower", () => {
  it("has the published octets", () => {
    expect(Buffer.from(formatTower({ interface: id, endpoint: "scm" })).toString("hex")).toBe(
      "0400" +
        "13000df2b53a6c0c2d2c4b9a510c1c5d2f7a100100" +
        "02000200" +
        "13000d045d888aeb1cc9119fe808002b1048600200" +
        "02000000" +
        "01000c02000000" +
        "0100100400" +
        "73636d00",
    );
  });

  it("reads back", () => {
    for (const endpoint of ["scm", "LRPC-0f3c", ""]) {
      expect(parseTower(formatTower({ interface: id, endpoint }))).toEqual({ interface: id, endpoint });
    }
  });

  it("is refused if it is cut, lies, or leads elsewhere", () => {
    const tower = formatTower({ interface: id, endpoint: "scm" });
    for (let length = 0; length < tower.length - 4; length++) {
      expect(parseTower(tower.subarray(0, length))).toBeNull();
    }
    const tcp = tower.slice();
    tcp[56] = 0x0b;
    expect(parseTower(tcp)).toBeNull();
    const lying = tower.slice();
    lying[0] = 0xff;
    lying[1] = 0xff;
    expect(parseTower(lying)).toBeNull();
  });
});

/** A mapper with `count` registrations of one interface and one endpoint of another protocol. */
async function startMapper(count: number) {
  const kernel = createLoopbackKernel();
  const server = new RpcServer({ endpoint: "epmapper", kernel });
  const towers = [
    ...Array.from({ length: count }, (_, i) => ({
      octets: formatTower({ interface: id, endpoint: `LRPC-${i}` }),
    })),
    { octets: new Uint8Array([1, 2, 3]) },
  ];
  const openHandles = new Set<object>();
  const page = (handle: object | null, capacity: number) => {
    const at = handle !== null && "at" in handle && typeof handle.at === "number" ? handle.at : 0;
    const end = Math.min(at + capacity, towers.length);
    if (handle !== null) {
      openHandles.delete(handle);
    }
    const next = end < towers.length ? { at: end } : null;
    if (next !== null) {
      openHandles.add(next);
    }
    return { handle: next, towers: towers.slice(at, end), status: at === end ? NO_MORE_ENTRIES : OK };
  };
  const refuse = () => ({ status: 5 });
  const handlers: EndpointMapperHandlers = {
    insert: refuse,
    delete_: refuse,
    mgmtDelete: refuse,
    inqObject: (object) => ({ object, status: OK }),
    lookup: (_type, _object, _id, _option, handle, capacity) => {
      const found = page(handle, capacity);
      const entries = found.towers.map((tower) => ({ object: NIL, tower, annotation: "a service" }));
      return { handle: found.handle, entries, status: found.status };
    },
    map: (_object, _tower, handle, capacity) => page(handle, capacity),
    lookupHandleFree: (handle) => {
      if (handle !== null) {
        openHandles.delete(handle);
      }
      return { handle: null, status: OK };
    },
  };
  server.register(EndpointMapper, handlers);
  await server.listen();
  return { server, options: { kernel }, openHandles };
}

describe("the endpoint mapper's client", () => {
  it.each([0, 1, 99, 100, 250])("looks up %d endpoints, page by page", async (count) => {
    const mapper = await startMapper(count);
    await using _server = mapper.server;
    const found = await lookUpEndpoints(null, "ncalrpc:[epmapper]", mapper.options);
    expect(found).toHaveLength(count);
    if (count > 0) {
      expect(found[0]).toEqual({
        interface: id,
        objectUuid: null,
        binding: "ncalrpc:[LRPC-0]",
        annotation: "a service",
      });
    }
    expect(mapper.openHandles.size).toBe(0);
  });

  it("maps an interface to bindings, and leaves no handle behind", async () => {
    const mapper = await startMapper(150);
    await using _server = mapper.server;
    const bindings = await mapEndpoint(id, "ncalrpc:[epmapper]", mapper.options);
    expect(bindings).toHaveLength(100);
    expect(mapper.openHandles.size).toBe(0);
  });
});
