import { describe, expect, test } from "vitest";
import { isNdrError } from "../../ndr/dist/index.js";
import { generateTypeScript } from "../src/index.js";
import { compileCase, generateText } from "./generate.js";
import { loadInterface } from "./load.js";

const loaded = await loadInterface(generateTypeScript(compileCase("correlations")), "Correlations");
const x = Int32Array.of(7, 8, 9);
const choice = { tag: 2, value: 5 };

/** Arguments that agree with each other, of each method; what responses need. */
const requests: readonly (readonly [method: string, args: readonly unknown[]])[] = [
  [
    "counts",
    [
      { n: 3, x },
      { x, n: 3 },
      { n: 3, x },
      { x, n: 3 },
      { n: { value: 3 }, x },
      { m: 1, n: 2, x },
    ],
  ],
  [
    "lengths",
    [
      { n: 3, x },
      { x, n: 3 },
      { first: 4, n: 3, x },
      { n: 3, x: { value: x } },
      { n: 3, x },
      { x: x.subarray(1), size: 9, first: 4 },
      { x: { value: x }, n: 3 },
    ],
  ],
  ["texts", [{ x: "text", n: 7 }, 9, "more", { x: Uint8Array.of(1, 2), n: 3 }, 6, "names"]],
  ["parts", [5, x.subarray(1)]],
  ["keys", [new Uint8Array(16), new Uint8Array(16), 1, Uint8Array.of(1, 2)]],
  [
    "tags",
    [
      { tag: 2, choice },
      { tag: 2, choice },
      { choice, tag: 2 },
      { choices: [choice, choice], tag: 2 },
    ],
  ],
  ["open", [{ n: 3, x }]],
  ["given", [{ value: 3 }, x, 2, choice]],
];
const responses: readonly (readonly [method: string, args: readonly unknown[], result: unknown])[] = [
  ["told", [10, 4], { n: 3, x }],
];

/** Words from here on are referent ids, which a decoder does not keep. */
const firstReferent = 0x2_0000;

/** The octets with each word that is no referent id one higher, or one lower. */
function* altered(octets: Buffer): Generator<Buffer> {
  for (let at = 0; at + 4 <= octets.length; at += 4) {
    const word = octets.readUInt32LE(at);
    if (word >= firstReferent) continue;
    for (const other of [word + 1, word - 1]) {
      if (other < 0) continue;
      const copy = Buffer.from(octets);
      copy.writeUInt32LE(other, at);
      yield copy;
    }
  }
}

/** How many of the altered octets are refused; those that are not have to encode to the same octets. */
function refusedOf(octets: Buffer, again: (altered: Buffer) => Buffer): number {
  let refused = 0;
  for (const input of altered(octets)) {
    let output: Buffer;
    try {
      output = again(input);
    } catch (error) {
      expect(isNdrError(error), String(error)).toBe(true);
      refused++;
      continue;
    }
    expect(output.toString("hex")).toBe(input.toString("hex"));
  }
  return refused;
}

describe("a value whose sizes, lengths and tags disagree is refused when it is read", () => {
  test.each(requests)("request of %s", (method, args) => {
    const { octets } = loaded.request(method, args);
    expect(loaded.receive(method, octets)).toEqual(args);
    const refused = refusedOf(octets, (input) => {
      const received = loaded.receive(method, input);
      // What is read has been found to agree: writing it finds nothing more.
      return loaded.request(method, received).octets;
    });
    expect(refused).toBeGreaterThan(args.length);
  });

  test.each(responses)("response of %s", (method, args, result) => {
    const { octets, respond } = loaded.request(method, args);
    const response = loaded.respond(method, octets, result);
    expect(respond(response)).toEqual(result);
    expect(refusedOf(response, (input) => loaded.respond(method, octets, respond(input)))).toBeGreaterThan(2);
  });

  test("a response's by what was asked for", () => {
    const { octets, respond } = loaded.request("asked", [2]);
    const response = loaded.respond("asked", octets, { choice, x: Int32Array.of(1, 2) });
    expect(respond(response)).toEqual({ choice, x: Int32Array.of(1, 2) });
    const { octets: other, respond: respondOther } = loaded.request("asked", [1]);
    const wrong = loaded.respond("asked", other, { choice: { tag: 1, value: 5 }, x: Int32Array.of(1) });
    expect(() => respond(wrong)).toThrow("Asked.choice: switch_is(*n) is 2, not 1");
    expect(() => respondOther(response)).toThrow("Asked.choice: switch_is(*n) is 1, not 2");
  });
});

describe("a string with size_is", () => {
  const args: readonly unknown[] = [
    { x: "text", n: 7 },
    9,
    "more",
    { x: Uint8Array.of(1, 2), n: 3 },
    6,
    "names",
  ];

  test("is sent with that as its max count, which may be more than it takes", () => {
    const { octets } = loaded.request("texts", args);
    expect(loaded.receive("texts", octets)).toEqual(args);
    expect(() => loaded.request("texts", args.with(1, 4))).toThrow("room for 4");
  });

  test("needs no size that agrees where it is null", () => {
    const withoutName = args.with(5, null);
    expect(loaded.receive("texts", loaded.request("texts", withoutName).octets)).toEqual(withoutName);
  });

  test("is refused with another max count than size_is says", () => {
    const { octets } = loaded.request("texts", args);
    const max = octets.indexOf(Buffer.from([9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0]));
    octets.writeUInt32LE(8, max);
    expect(() => loaded.receive("texts", octets)).toThrow("Texts.text: size_is(n) is 9, not 8");
  });
});

test.each([
  ["may vary needs no size", "parts", [5, null]],
  ["has a constant size, or is exempt, needs no count", "keys", [null, null, 3, null]],
])("an array that %s that agrees where it is null", (_, method, args) => {
  expect(loaded.receive(method, loaded.request(method, args).octets)).toEqual(args);
});

test("null counts as none", () => {
  const none = { n: null, x: null };
  const empty = { n: null, x: new Int32Array(0) };
  const [, rest = []] = requests[0] ?? [];
  const args = [none, empty, ...rest.slice(2)];
  expect(loaded.receive("counts", loaded.request("counts", args).octets)).toEqual(args);
  expect(() => loaded.request("counts", [{ n: null, x }, ...rest.slice(1)])).toThrow(/size_is\(\*n\)/);
});

test("what could not be checked is refused by its name", () => {
  const struct = (members: string): string => `
    [ uuid(2b0f3ac1-7c1e-4f6b-8f1f-6a1d5c0b9e79), version(1.0), pointer_default(unique) ]
    interface Late { typedef struct { ${members} } S; void Put([in] S *s); }`;
  const later = "S.x: a size or tag that is named by a pointer whose referent comes later";
  expect(() => generateText(struct("[size_is(2, *n)] long **x; long *n;"))).toThrow(later);
  expect(() => generateText(struct("[ptr, size_is(*n)] long *x; long *n;"))).toThrow(later);
  expect(() => generateText(struct("[ref] long *n; [size_is(*n), length_is(2)] long x[];"))).toThrow(later);
  expect(() => generateText(struct("[ref] long *n; [size_is(*n), string] char x[];"))).toThrow(later);
});
