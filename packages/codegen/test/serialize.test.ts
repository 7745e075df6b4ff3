import type { Model } from "@ncalrpc/idl";
import { beforeAll, describe, expect, test } from "vitest";
import { isNdrError } from "../../ndr/dist/index.js";
import { generateTypeScript } from "../src/index.js";
import { compileText } from "./generate.js";
import { loadModules } from "./load.js";

const text = `
[ uuid(af6394bb-fbbb-4173-817f-b28273846a12), version(1.0), pointer_default(unique) ]
interface Stored {
    typedef struct { long a; long b; } Pair;
    typedef struct Node { [string] wchar_t *name; struct Node *next; } Node;
    typedef struct { unsigned short n; [size_is(n)] hyper values[]; } Series;
    typedef enum { RED, GREEN } Color;
    void Nothing();
}`;

/** The model with the attributes that an ACF file would give. */
function serialized(model: Model): Model {
  const attributes = ["encode", "decode"].map((name) => ({ name, text: null }));
  const units = model.units.map((unit) =>
    unit.interface === null ? unit : { ...unit, interface: { ...unit.interface, attributes } },
  );
  return { ...model, units };
}

describe("types in octets of their own", () => {
  let module: Record<string, (value: unknown) => unknown>;

  beforeAll(async () => {
    const files = generateTypeScript(serialized(compileText(text)));
    module = (await loadModules(files)) as typeof module;
  });

  const octetsOf = (type: string, value: unknown): Uint8Array =>
    module[`encode${type}`]?.(value) as Uint8Array;

  test("V48, of either byte order", () => {
    const pair = { a: 1, b: 2 };
    const octets = Buffer.from(
      "01100800CCCCCCCC 08000000 00000000 01000000 02000000".replace(/ /g, ""),
      "hex",
    );
    expect(Buffer.from(octetsOf("Pair", pair))).toEqual(octets);
    expect(module["decodePair"]?.(octets)).toEqual(pair);
    const big = Buffer.from("01000800CCCCCCCC 00000008 00000000 00000001 00000002".replace(/ /g, ""), "hex");
    expect(module["decodePair"]?.(big)).toEqual(pair);
  });

  test.each([
    ["Node", { name: "a", next: { name: null, next: null } }],
    ["Series", { values: BigInt64Array.of(1n, -2n) }],
    ["Color", 1],
  ])("%s comes back as it was", (type, value) => {
    const octets = octetsOf(type, value);
    expect(octets.length % 8).toBe(0);
    expect(module[`decode${type}`]?.(octets)).toEqual(value);
    for (let length = 0; length < octets.length; length++) {
      expect(refusal(() => module[`decode${type}`]?.(octets.subarray(0, length)))).toBe(true);
    }
    const longer = Buffer.concat([octets, Buffer.alloc(8)]);
    expect(refusal(() => module[`decode${type}`]?.(longer))).toBe(true);
  });

  test("a primitive type has no header of its own", () => {
    expect(Buffer.from(octetsOf("Color", 1)).toString("hex")).toBe("01100800cccccccc0100000000000000");
  });

  test("types that do not ask for it have no functions", () => {
    const [file] = generateTypeScript(compileText(text));
    expect(file?.text).not.toMatch(/encode|decode/);
  });
});

function refusal(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch (error) {
    if (isNdrError(error)) return true;
    throw error;
  }
}
