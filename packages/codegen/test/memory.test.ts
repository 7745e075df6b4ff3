import { describe, expect, test } from "vitest";
import { memoryHeld } from "../../../test/soak/memory.js";
import { isNdrError } from "../../ndr/dist/index.js";
import { generateText } from "./generate.js";
import { loadInterface } from "./load.js";

const loaded = await loadInterface(
  generateText(`
[ uuid(2b0f3ac1-7c1e-4f6b-8f1f-6a1d5c0b9e77), version(1.0), pointer_default(unique) ]
interface Memory {
    typedef struct { byte a; } One;
    typedef struct { One one; } Nested;
    typedef struct { byte r; byte g; byte b; } Pixel;
    typedef struct { short x; short y; } Point;
    typedef struct { unsigned long low; float high; } Numbers;
    typedef struct { byte id[2]; } Id;
    typedef enum { A, B } Letter;
    typedef struct { Letter letter; boolean flag; } Flags;
    typedef struct { [range(0, 8)] unsigned long n; [size_is(n)] byte *data; } Blob;
    typedef struct Tree { byte id[2]; struct Tree *left; struct Tree *right; } Tree;
    typedef struct { [ptr] long *value; } Full;
    typedef [switch_type(byte)] union { [case(1)] byte one; [case(2)] Pixel *two; [default] ; } Choice;
    typedef struct { byte which; [switch_is(which)] Choice choice; } Chosen;
    typedef struct { hyper time; long id; long state; [string] wchar_t *name; Blob blob; } Record;
    void Ones([in] unsigned long n, [in, size_is(n)] One x[]);
    void Nests([in] unsigned long n, [in, size_is(n)] Nested *x[]);
    void Pixels([in] unsigned long n, [in, size_is(n)] Pixel x[]);
    void Points([in] unsigned long n, [in, size_is(n)] Point x[]);
    void AllNumbers([in] unsigned long n, [in, size_is(n)] Numbers x[]);
    void Ids([in] unsigned long n, [in, size_is(n)] Id *x[]);
    void Booleans([in] unsigned long n, [in, size_is(n)] boolean x[]);
    void AllFlags([in] unsigned long n, [in, size_is(n)] Flags x[]);
    void Rows([in] unsigned long n, [in, size_is(n)] long x[][1]);
    void Grid([in] unsigned long n, [in] unsigned long m, [in, size_is(n, m)] Letter x[*][*]);
    void Longs([in] unsigned long n, [in, size_is(n)] long *x[]);
    void Boxes([in] unsigned long n, [in, size_is(n)] byte **x[]);
    void Blobs([in] unsigned long n, [in, size_is(n)] Blob x[]);
    void Trees([in] unsigned long n, [in, size_is(n)] Tree x[]);
    void Fulls([in] unsigned long n, [in, size_is(n)] Full x[]);
    void Choices([in] unsigned long n, [in, size_is(n)] Chosen x[]);
    void Texts([in] unsigned long n, [in, size_is(n), string] char *x[]);
    void Records([in] unsigned long n, [in, size_is(n)] Record x[]);
}`),
  "Memory",
);

const tree = { id: Uint8Array.of(1, 2), left: null, right: null };
const blob = (length: number) => ({ data: new Uint8Array(length) });
/** For each method an element of its array, by its index. */
const elements: Readonly<Record<string, (i: number) => unknown>> = {
  ones: (i) => ({ a: i & 0xff }),
  nests: (i) => ({ one: { a: i & 0xff } }),
  pixels: () => ({ r: 1, g: 2, b: 3 }),
  points: (i) => ({ x: i & 0x7fff, y: 2 }),
  allNumbers: (i) => ({ low: 0xffff_0000 + (i & 0xff), high: i + 0.5 }),
  ids: () => ({ id: Uint8Array.of(1, 2) }),
  booleans: (i) => i % 2 === 0,
  allFlags: (i) => ({ letter: i & 1, flag: true }),
  rows: (i) => Int32Array.of(i),
  grid: (i) => [i & 1],
  longs: (i) => i,
  boxes: (i) => ({ value: i & 0xff }),
  blobs: (i) => blob(i & 1),
  trees: () => ({ ...tree, left: { ...tree, right: tree } }),
  fulls: (i) => ({ value: { value: i } }),
  choices: (i) => ({ choice: i % 2 === 0 ? { tag: 1, value: 7 } : { tag: 2, value: { r: 1, g: 2, b: 3 } } }),
  texts: (i) => String(i % 1000),
  records: (i) => ({ time: BigInt(i), id: i, state: 1, name: `record ${i}`, blob: blob(4) }),
};
/** Collecting garbage takes its time: the slow suite tries larger messages too. */
const isSlow = process.env["NCALRPC_SLOW"] === "1";
const sizes = isSlow ? [0x1_0000, 0x4_0000, 0x10_0000] : [0x1_0000];
const syntaxes = isSlow ? (["ndr20", "ndr64"] as const) : (["ndr20"] as const);
/** Octets of memory that values may take beside 8 for each octet of their message. */
const most = 0x10_0000;

function encode(method: string, count: number): Buffer {
  const array = Array.from({ length: count }, (_, i) => elements[method]?.(i));
  return loaded.request(method, method === "grid" ? [1, array] : [array]).octets;
}

/** Octets that a message's value takes; null if it is refused, as one that takes too much. */
function held(method: string, octets: Buffer): number | null {
  const before = memoryHeld();
  try {
    const value = loaded.receive(method, octets);
    const after = memoryHeld();
    expect(value.at(-1)).not.toHaveLength(0);
    return after - before;
  } catch (error) {
    if (isNdrError(error) && error.code === "limit_exceeded") return null;
    throw error;
  }
}

describe.each(syntaxes)(
  "a value in %s takes at most 1 MiB beyond 8 octets for each of its message",
  (syntax) => {
    test.each(Object.keys(elements))("%s", (method) => {
      loaded.syntax = syntax;
      const each = encode(method, 1000).length / 1000;
      for (const size of sizes) {
        const octets = encode(method, Math.ceil(size / each));
        const taken = held(method, octets) ?? 0;
        expect(taken - 8 * octets.length).toBeLessThan(most);
      }
    });
  },
);

test("arrays of very small objects are refused beyond that", () => {
  loaded.syntax = "ndr20";
  for (const method of [
    "allFlags",
    "blobs",
    "fulls",
    "grid",
    "ids",
    "nests",
    "ones",
    "pixels",
    "points",
    "rows",
    "trees",
  ]) {
    expect(() => loaded.receive(method, encode(method, 100_000)), method).toThrow(
      /octets of memory for each/,
    );
  }
});

test("what takes less is accepted, however long it is", () => {
  loaded.syntax = "ndr20";
  for (const method of ["booleans", "boxes", "longs", "records", "texts"]) {
    expect(loaded.receive(method, encode(method, 100_000)).at(-1), method).toHaveLength(100_000);
  }
});
