import { beforeAll, describe, expect, test } from "vitest";
import { isNdrError } from "../../ndr/dist/index.js";
import { generateText } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

const idl = `
[ uuid(af6394bb-fbbb-4173-817f-b28273846a14), version(1.0), pointer_default(unique) ]
interface Grids {
    typedef struct { long a; long b; [size_is(a, b)] short m[][]; } Grid;
    typedef struct { byte tag; hyper stamp; Grid grid; } Stamped;
    typedef struct { long b; long c; long d; [size_is(c, b), length_is(c, d)] byte m[][]; } Window;
    typedef struct { long c; long d; [length_is(c, d)] byte m[3][4]; byte after; } Part;
    typedef struct { long n; [size_is(n, 2)] long *m[][]; } Pointers;
    void Whole([in] Grid *grid);
    void Nested([in] Stamped *stamped);
    void Slice([in] Window *window);
    void Fixed([in] Part *part);
    void Referents([in] Pointers *pointers);
    void Open([in] long a, [in] long b, [in] long c, [in] long d, [in, size_is(a, b), length_is(c, d)] short m[][]);
    void Shifted([in] long c, [in, size_is(4, 4), first_is(1, 2), length_is(c, 2)] byte m[][]);
    void Inner([in] long d, [in, length_is(, d)] byte m[2][4]);
    void Cube([in] long n, [in, length_is(, , n)] byte m[2][2][3]);
    void Levels([in] long n, [in] long k, [in, size_is(n, k)] short **m);
    void Second([out] long *n, [out, size_is(, *n)] short **m);
}`;

const rows = (...values: number[][]): Int16Array[] => values.map((row) => Int16Array.from(row));
const octetRows = (...values: number[][]): Uint8Array[] => values.map((row) => Uint8Array.from(row));

/**
 * Derived by hand from C706 14.3.3.4 (max counts of all dimensions first), 14.3.3.5 (then a pair of offset and actual count
 * for each), 14.3.3.6 (both), 14.3.7.2 (max counts in front of the outermost struct); in NDR64 counts have 8 octets (MS-RPCE 2.2.5.3.2).
 */
const vectors: [method: string, args: unknown[], ndr20: string, ndr64: string][] = [
  [
    "whole",
    [{ b: 3, m: rows([1, 2, 3], [4, 5, 6]) }],
    "02000000 03000000  02000000 03000000  0100 0200 0300 0400 0500 0600",
    "0200000000000000 0300000000000000  02000000 03000000  0100 0200 0300 0400 0500 0600",
  ],
  [
    "whole",
    [{ b: 3, m: [] }],
    "00000000 03000000  00000000 03000000",
    "0000000000000000 0300000000000000  00000000 03000000",
  ],
  [
    "nested",
    [{ tag: 7, stamp: 9n, grid: { b: 1, m: rows([5]) } }],
    "01000000 01000000  07 00000000000000 0900000000000000  01000000 01000000  0500",
    "0100000000000000 0100000000000000  07 00000000000000 0900000000000000  01000000 01000000  0500",
  ],
  [
    "slice",
    [{ b: 4, d: 3, m: octetRows([1, 2, 3], [4, 5, 6]) }],
    "02000000 04000000  04000000 02000000 03000000  00000000 02000000 00000000 03000000  010203040506",
    `0200000000000000 0400000000000000  04000000 02000000 03000000  00000000
     0000000000000000 0200000000000000 0000000000000000 0300000000000000  010203040506`,
  ],
  [
    "fixed",
    [{ d: 2, m: octetRows([1, 2]), after: 9 }],
    "01000000 02000000  00000000 01000000 00000000 02000000  0102 09",
    `01000000 02000000  0000000000000000 0100000000000000 0000000000000000 0200000000000000  0102 09
     0000000000`,
  ],
  [
    "referents",
    [{ m: [[1, null]] }],
    "01000000 02000000  01000000  00000200 00000000  01000000",
    "0100000000000000 0200000000000000  01000000 00000000  0000020000000000 0000000000000000  01000000",
  ],
  [
    "open",
    [2, 4, 3, rows([1, 2, 3])],
    `02000000 04000000 01000000 03000000  02000000 04000000
     00000000 01000000 00000000 03000000  0100 0200 0300`,
    `02000000 04000000 01000000 03000000  0200000000000000 0400000000000000
     0000000000000000 0100000000000000 0000000000000000 0300000000000000  0100 0200 0300`,
  ],
  [
    "shifted",
    [2, octetRows([1, 2], [3, 4])],
    "02000000  04000000 04000000  01000000 02000000 02000000 02000000  01020304",
    `02000000 00000000  0400000000000000 0400000000000000
     0100000000000000 0200000000000000 0200000000000000 0200000000000000  01020304`,
  ],
  [
    "inner",
    [3, octetRows([1, 2, 3], [4, 5, 6])],
    "03000000  00000000 02000000 00000000 03000000  010203040506",
    "03000000 00000000  0000000000000000 0200000000000000 0000000000000000 0300000000000000  010203040506",
  ],
  [
    "cube",
    [1, [octetRows([1], [2]), octetRows([3], [4])]],
    "01000000  00000000 02000000 00000000 02000000 00000000 01000000  01020304",
    `01000000 00000000  0000000000000000 0200000000000000 0000000000000000 0200000000000000
     0000000000000000 0100000000000000  01020304`,
  ],
  // Pointers at each level: an array of pointers to arrays, each with a count of its own.
  [
    "levels",
    [2, [Int16Array.of(1, 2), Int16Array.of(3, 4)]],
    `02000000 02000000  02000000 00000200 04000200  02000000 0100 0200  02000000 0300 0400`,
    `02000000 02000000  0200000000000000 0000020000000000 0400020000000000
     0200000000000000 0100 0200 00000000  0200000000000000 0300 0400`,
  ],
];

describe("arrays of several open dimensions", () => {
  let grids: Loaded;

  beforeAll(async () => {
    grids = await loadInterface(generateText(idl), "Grids");
  });

  test.each(vectors)("%s %#", async (method, args, ...texts) => {
    for (const [i, syntax] of (["ndr20", "ndr64"] as const).entries()) {
      grids.syntax = syntax;
      const octets = await grids.send(method, args);
      expect(octets.toString("hex"), syntax).toBe(texts[i]?.replace(/\s/g, ""));
      expect(grids.receive(method, octets), syntax).toEqual(args);
    }
  });

  test("[size_is(, n)] sizes what the inner pointer points to", async () => {
    grids.syntax = "ndr20";
    const response = { m: Int16Array.of(7, 8) };
    const octets = grids.respond("second", Buffer.alloc(0), response);
    expect(octets.toString("hex")).toBe("020000000000020002000000" + "07000800");
    expect(await grids.responded("second", [], octets)).toEqual(response);
  });

  test.each([
    ["a row that is longer than the others", "whole", [{ b: 2, m: rows([1, 2], [1, 2, 3]) }]],
    ["rows that are not as long as size_is says", "whole", [{ b: 3, m: rows([1, 2]) }]],
    ["more rows than the fixed bound", "fixed", [{ d: 1, m: octetRows([1], [1], [1], [1]), after: 0 }]],
    ["rows longer than length_is", "slice", [{ b: 4, d: 1, m: octetRows([1, 2]) }]],
  ])("%s is refused on encoding", (_what, method, args) => {
    grids.syntax = "ndr20";
    expect(() => grids.request(method, args)).toThrow(expect.objectContaining({ name: "NdrError" }));
  });

  test.each([
    [
      "a max count that is not size_is",
      "whole",
      "02000000 02000000 02000000 03000000 000000000000000000000000",
    ],
    ["a max count without rows that is not size_is", "whole", "00000000 04000000 00000000 03000000"],
    [
      "an actual count above the max count",
      "open",
      "01000000 01000000 01000000 02000000 01000000 01000000 00000000 01000000 00000000 02000000 00000000",
    ],
    ["an offset where there is no first_is", "inner", "01000000 00000000 02000000 01000000 01000000 0000"],
    [
      "an offset that is not first_is",
      "shifted",
      "00000000 04000000 04000000 00000000 00000000 02000000 02000000",
    ],
    ["a fixed dimension that is not sent whole", "inner", "01000000 00000000 01000000 00000000 01000000 00"],
    [
      "millions of rows without elements",
      "open",
      "00000070 00000000 00000070 00000000 00000070 00000000 00000000 00000070 00000000 00000000",
    ],
    [
      "more elements than octets",
      "slice",
      "00000100 00000100 00000100 00000100 00000100 00000000 00000100 00000000 00000100 0000",
    ],
  ])("%s is refused on decoding", (_what, method, octets) => {
    grids.syntax = "ndr20";
    const refused = (() => {
      try {
        grids.receive(method, Buffer.from(octets.replace(/ /g, ""), "hex"));
      } catch (error) {
        return error;
      }
      return null;
    })();
    expect(isNdrError(refused)).toBe(true);
  });
});
