import { beforeAll, describe, expect, test } from "vitest";
import { isNdrError } from "../../ndr/dist/index.js";
import { generateTypeScript } from "../src/index.js";
import { compileCase } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

const guid = "00112233-4455-6677-8899-aabbccddeeff";

interface Link {
  next: Link | null;
  name: { value: string } | null;
  v: number;
}

/** Two links that point to each other and share a name. */
function cycle(): Link {
  const name = { value: "shared" };
  const first: Link = { next: null, name, v: 1 };
  first.next = { next: first, name, v: 2 };
  return first;
}

/** Requests of the golden interfaces, each with counts that repeat what arrays say. */
const requests: readonly (readonly [
  golden: string,
  name: string,
  method: string,
  args: readonly unknown[],
])[] = [
  ["arrays", "Arrays", "sum", [BigInt64Array.of(1n, 2n)]],
  ["arrays", "Arrays", "rows", [[Int16Array.of(1, 2, 3)]]],
  ["arrays", "Arrays", "slice", [4, 1, 2, Uint8Array.of(7, 8)]],
  [
    "arrays",
    "Arrays",
    "draw",
    [{ points: [{ x: 1, tag: 2 }] }, [{ points: null }, { points: [{ x: 3, tag: 4 }] }]],
  ],
  ["arrays", "Arrays", "bounded", [Int32Array.of(1, 2)]],
  [
    "arrays",
    "Arrays",
    "sendCounted",
    [
      { items: Int16Array.of(1, 2) },
      { size: 4, data: Uint8Array.of(1, 2) },
      { values: Float64Array.of(0.5) },
    ],
  ],
  ["expressions", "Expressions", "choose", [1, 2, Uint8Array.of(1, 2, 3, 4)]],
  ["expressions", "Expressions", "last", [1, Int16Array.of(1, 2), 3, new Int32Array(7)]],
  ["strings", "Strings", "many", [["a", null, "bc"]]],
  [
    "strings",
    "Strings",
    "sendAll",
    [{ plain: "p", wide: null, fixed: "f", wfixed: "" }, { lines: ["x", null] }, "A"],
  ],
  ["edge", "References", "put", [{ fixed: [1n, 2n], counted: [3, 4, 5] }]],
  [
    "structs",
    "Structs",
    "walk",
    [
      { value: 1, next: { value: 2, next: null } },
      { name: "root", children: [{ name: null, children: null }, null] },
    ],
  ],
  ["unions", "Unions", "v34M", [{ tag: 8, value: -1n }]],
  ["unions", "Unions", "v37M", [{ tag: 1, value: 255 }]],
  ["unions", "Unions", "v39M", [{ tag: 2, value: "hi" }]],
  ["unions", "Unions", "v41M", [{ u: { tag: 1, value: 42 }, tail: 9 }]],
  ["unions", "Unions", "multi", [2, [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]]],
  ["unions", "Unions", "cyc", [cycle(), null]],
  ["unions", "Unions", "n10", [-5n, 1]],
  ["well-known", "WellKnown", "find", [guid, 132_000_000_000_000_000n, [guid, guid]]],
  ["well-known", "WellKnown", "look", [{ tag: 3, value: [1n, 2n] }, [1n, -1n]]],
  ["well-known", "WellKnown", "look", [{ tag: "default", discriminant: 7 }, []]],
  [
    "edge",
    "Edge",
    "chain",
    [
      5,
      { value: { data: Uint8Array.of(1) } },
      [
        [Int32Array.of(1, 2), Int32Array.of(3, 4)],
        [Int32Array.of(5, 6), Int32Array.of(7, 8)],
      ],
      { items: [] },
    ],
  ],
];

const cases = requests.flatMap((request) =>
  (["ndr20", "ndr64"] as const).map((syntax) => [syntax, ...request] as const),
);

describe.each(cases)("%s: %s: %s.%s", (syntax, golden, name, method, args) => {
  let loaded: Loaded;
  let octets: Buffer;

  beforeAll(async () => {
    const files = generateTypeScript(compileCase(golden)).filter(({ text }) =>
      text.includes(`const ${name} =`),
    );
    loaded = await loadInterface(files, name);
    loaded.syntax = syntax;
    octets = loaded.request(method, args).octets;
  });

  test("comes through as it was sent", () => {
    expect(loaded.receive(method, octets)).toEqual(args);
  });

  test("cut short at any octet, it is refused", () => {
    for (let length = 0; length < octets.length; length++) {
      expect(refusal(() => loaded.receive(method, octets.subarray(0, length)))).toBe(true);
    }
  });

  test("with any octet changed, it is refused or says the same when sent again", () => {
    for (let at = 0; at < octets.length; at++) {
      for (const mask of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(octets);
        changed[at] = (changed[at] ?? 0) ^ mask;
        refusal(() => {
          const read = loaded.receive(method, changed);
          const again = loaded.request(method, read).octets;
          expect(loaded.receive(method, again)).toEqual(read);
        });
      }
    }
  });
});

/** Whether `run` ends with an NdrError or leaves octets unread; any other error is thrown on. */
function refusal(run: () => void): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (isNdrError(error) || (error instanceof Error && error.message.endsWith("were not read"))) return true;
    throw error;
  }
}
