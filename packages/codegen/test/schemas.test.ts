import { beforeAll, describe, expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { compileCase, compileText } from "./generate.js";
import { type Loaded, loadInterface, type Schema } from "./load.js";

/** A struct with full pointers to its like. */
interface Ring {
  id: number;
  next: Ring | null;
  twin: Ring | null;
}

describe("generated schemas", () => {
  let echo: Loaded;
  let structs: Loaded;
  let pointers: Loaded;

  beforeAll(async () => {
    echo = await loadInterface(generateTypeScript(compileCase("echo")), "Echo");
    structs = await loadInterface(generateTypeScript(compileCase("structs")), "Structs");
    const idl = `[ uuid(3e0d37a5-6f42-4b5d-9c52-6f1f3c1b8a7a), version(1.0) ] interface Rings {
      typedef struct Ring { long id; [ptr] struct Ring *next; [ptr] struct Ring *twin; } Ring;
      void Ring([in, ptr] Ring *first, [in, ptr] Ring *second);
    }`;
    pointers = await loadInterface(generateTypeScript(compileText(idl)), "Rings");
  });

  async function request(loaded: Loaded, method: string): Promise<Schema> {
    const schemas = await loaded.definition.schemas();
    const found = schemas[method];
    if (found === undefined) throw new Error(`no method ${method}`);
    return found.request;
  }

  test("turn JSON into what the writers take", async () => {
    expect((await request(echo, "echoData")).parse({ length: 3, data: "AQID" })).toEqual({
      length: 3,
      data: Uint8Array.of(1, 2, 3),
    });
    expect((await request(echo, "swap")).parse({ left: 1, right: "9007199254740993", times: 2 })).toEqual({
      left: 1,
      right: 9007199254740993n,
      times: 2,
    });
  });

  test("leave natural values as they are", async () => {
    const value = { length: 3, data: Uint8Array.of(1, 2, 3) };
    expect((await request(echo, "echoData")).parse(value)).toEqual(value);
  });

  test("check ranges and widths", async () => {
    const swap = await request(echo, "swap");
    const addOne = await request(echo, "addOne");
    expect(() => swap.parse({ left: 1, right: 1n, times: 11 })).toThrow();
    expect(() => swap.parse({ left: 2 ** 31, right: 1n, times: 1 })).toThrow();
    expect(() => addOne.parse({ value: 1.5 })).toThrow();
  });

  test("follow recursive types", async () => {
    const tree = { name: "a", children: [{ name: null, children: null }, null] };
    const head = { value: 1, next: { value: 2, next: null } };
    const walk = await request(structs, "walk");
    expect(walk.parse({ head, tree })).toEqual({ head, tree });
    expect(() => walk.parse({ head: { value: 1, next: { value: "x", next: null } }, tree })).toThrow();
  });

  test("say so of values that hold themselves or are nested too deep", async () => {
    const walk = await request(structs, "walk");
    const tree = { name: null, children: null };
    const circle: { value: number; next: unknown } = { value: 1, next: null };
    circle.next = { value: 2, next: circle };
    expect(() => walk.parse({ head: circle, tree })).toThrow("the value holds itself");
    let head: object = { value: 0, next: null };
    for (let i = 1; i < 256; i++) head = { value: i, next: head };
    expect(walk.parse({ head, tree })).toEqual({ head, tree });
    expect(() => walk.parse({ head: { value: 256, next: head }, tree })).toThrow("nested deeper than 256");
  });

  test("keep what full pointers share, circles too", async () => {
    const ring = await request(pointers, "ring");
    const a: Ring = { id: 1, next: null, twin: null };
    const b: Ring = { id: 2, next: a, twin: a };
    a.next = b;
    const parsed = ring.parse({ first: a, second: b }) as { first: Ring; second: Ring };
    expect(parsed.first).not.toBe(a);
    expect(parsed.first.id).toBe(1);
    expect(parsed.first.next?.next).toBe(parsed.first);
    expect(parsed.second).toBe(parsed.first.next);
    expect(parsed.second.twin).toBe(parsed.first);
    expect(() => ring.parse({ first: { ...a, id: "x" }, second: null })).toThrow(
      "expected number, received string",
    );
  });
});
