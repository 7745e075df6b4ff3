import { compile } from "@ncalrpc/idl";
import { beforeAll, describe, expect, test } from "vitest";
import { isNdrError } from "../../ndr/dist/index.js";
import { generateTypeScript, limitations } from "../src/index.js";
import { loadModules } from "./load.js";

const files: Readonly<Record<string, string>> = {
  "pickle.idl": `
[ uuid(af6394bb-fbbb-4173-817f-b28273846a16), version(1.2), pointer_default(unique) ]
interface Pickle {
    typedef struct { byte tag; [string] wchar_t *name; } Item;
    void Remote([in] long a);
    void Save([in] handle_t stream, [in, out] long *count, [in, out] Item *item);
    void Fill([in] unsigned long n, [out, size_is(n)] short *values);
    long Result([in] long a);
}`,
  "pickle.acf": "interface Pickle { [encode, decode] Save(); [encode, decode] Fill(); [encode] Result(); }",
};

const item = { tag: 7, name: "a" };

/** The header as Wine's rpcrt4 writes it, and the parameters as in a request. */
const saved = [
  "01 01 cccc",
  "045d888a eb1c c911 9fe8 08002b104860 0200 0000",
  "bb9463af bbfb 7341 817f b28273846a16 0100 0200",
  "01000000 01000000 1c000000",
  "05000000  07 000000 00000200  02000000 00000000 02000000 6100 0000",
]
  .join("")
  .replace(/ /g, "");

describe("parameters in octets of their own", () => {
  let module: Record<string, (...values: unknown[]) => unknown>;
  let said: string[];

  beforeAll(async () => {
    const host = {
      read: (path: string) => files[path] ?? null,
      resolveImport: (name: string) => (name in files ? name : null),
    };
    const { model } = compile(["pickle.idl"], host);
    if (model === null) throw new Error("pickle.idl has errors");
    module = (await loadModules(generateTypeScript(model))) as typeof module;
    said = limitations(model);
  });

  const decode = (hex: string): unknown => module["decodeSaveResponse"]?.(Buffer.from(hex, "hex"));

  test("are behind a header that names the procedure", () => {
    const octets = module["encodeSaveRequest"]?.({ count: 5, item }) as Uint8Array;
    expect(Buffer.from(octets).toString("hex")).toBe(saved);
    expect(decode(saved)).toEqual({ count: 5, item });
  });

  test("are read in NDR64 too, and with padding behind them", () => {
    const wide = saved
      .replace("045d888aeb1cc9119fe808002b1048600200", "33057171babe37498319b5dbef9ccc360100")
      .replace(/1c000000.{56}$/, "38000000")
      .concat("05000000 00000000  07 00000000000000 0000020000000000".replace(/ /g, ""))
      .concat("0200000000000000 0000000000000000 0200000000000000 6100 0000".replace(/ /g, ""))
      .concat("00000000");
    expect(decode(wide)).toEqual({ count: 5, item });
  });

  test("whose number the request has are read with it", () => {
    const request = { n: 2 };
    const octets = Buffer.from(module["encodeFillRequest"]?.(request) as Uint8Array);
    const values = Buffer.from("02000000 0100 0200".replace(/ /g, ""), "hex");
    octets.writeUInt32LE(values.length, 52);
    const answer = Buffer.concat([octets.subarray(0, 56), values]);
    expect(module["decodeFillResponse"]?.(answer, request)).toEqual({ values: Int16Array.of(1, 2) });
  });

  test("of another procedure, interface or syntax, cut short or with more behind them are refused", () => {
    const octets = Buffer.from(saved, "hex");
    const changed = [0, 1, 5, 22, 25, 40, 42, 44, 52].map((at) => {
      const copy = Buffer.from(octets);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    });
    const cut = octets.map((_, length) => length);
    for (const length of cut.keys()) changed.push(octets.subarray(0, length));
    changed.push(Buffer.concat([octets, Buffer.alloc(8)]));
    for (const each of changed)
      expect(() => decode(each.toString("hex"))).toThrow(expect.toSatisfy(isNdrError));
  });

  test("are those of methods that ask for it and have no result", () => {
    const names = Object.keys(module).filter((name) => /^(en|de)code/.test(name));
    expect(names.sort()).toEqual([
      "decodeFillResponse",
      "decodeSaveResponse",
      "encodeFillRequest",
      "encodeSaveRequest",
    ]);
    expect(said).toEqual([
      "Pickle.Result: [encode]: its parameters are not serialized: it has a return value",
    ]);
  });
});
