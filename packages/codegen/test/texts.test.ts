import { beforeAll, describe, expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { compileCase } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

const administrators = "S-1-5-32-544";
const hex = (text: string): Buffer => Buffer.from(text.replace(/ /g, ""), "hex");

describe("SIDs and counted strings", () => {
  let texts: Loaded;

  beforeAll(async () => {
    texts = await loadInterface(generateTypeScript(compileCase("texts")), "Texts");
  });

  test("V44 and N8: a SID", () => {
    texts.syntax = "ndr20";
    const { octets } = texts.request("one", [administrators]);
    expect(octets).toEqual(hex("02000000 01 02 000000000005 20000000 20020000"));
    expect(texts.receive("one", octets)).toEqual([administrators]);
    texts.syntax = "ndr64";
    const wide = texts.request("one", [administrators]).octets;
    expect(wide).toEqual(hex("0200000000000000 01 02 000000000005 20000000 20020000"));
    expect(texts.receive("one", wide)).toEqual([administrators]);
    texts.syntax = "big-endian";
    const big = hex("00000002 01 02 000000000005 00000020 00000220");
    expect(texts.request("one", [administrators]).octets).toEqual(big);
    expect(texts.receive("one", big)).toEqual([administrators]);
  });

  test("Samba's names of them", () => {
    texts.syntax = "ndr20";
    const { octets } = texts.request("ask", [administrators, "abc"]);
    expect(octets).toEqual(
      Buffer.concat([
        texts.request("one", [administrators]).octets,
        hex("0600 0600 00000200 03000000 00000000 03000000 6100 6200 6300"),
      ]),
    );
    expect(texts.receive("ask", octets)).toEqual([administrators, "abc"]);
  });

  test.each(["S-1-0-0", "S-1-5", "S-1-0xFFFFFFFFFFFF-4294967295", "S-1-4294967295-1"])(
    "%s comes back as it was",
    (sid) => {
      texts.syntax = "ndr20";
      expect(texts.receive("one", texts.request("one", [sid]).octets)).toEqual([sid]);
    },
  );

  test.each([
    "",
    "S-1",
    "S-256-5",
    "S-1-5-4294967296",
    "S-1-999999999999999",
    "S-1-5-32x",
    `S-1-5${"-1".repeat(256)}`,
  ])("%s is refused as a SID", (sid) => {
    expect(() => texts.request("one", [sid])).toThrow("is no SID");
  });

  test("V31 and N6: a counted string, whose capacity becomes what it needs", () => {
    texts.syntax = "ndr20";
    const given = hex("0600 0800 00000200 04000000 00000000 03000000 6100 6200 6300");
    expect(texts.receive("text", given)).toEqual(["abc"]);
    expect(texts.request("text", ["abc"]).octets).toEqual(
      hex("0600 0600 00000200 03000000 00000000 03000000 6100 6200 6300"),
    );
    expect(texts.request("text", [null]).octets).toEqual(hex("0000 0000 00000000"));
    expect(texts.request("text", [""]).octets).toEqual(hex("0000 0000 00000200 00000000 00000000 00000000"));
    texts.syntax = "ndr64";
    const wide = hex(
      "0600 0800 00000000 0000020000000000 0400000000000000 0000000000000000 0300000000000000 6100 6200 6300",
    );
    expect(texts.receive("text", wide)).toEqual(["abc"]);
  });

  test.each([
    ["an odd length", "0500 0800 00000200 04000000 00000000 03000000 6100 6200 6300", "Length"],
    ["another capacity", "0600 0800 00000200 05000000 00000000 03000000 6100 6200 6300", "size_is"],
    ["another length", "0400 0800 00000200 04000000 00000000 03000000 6100 6200 6300", "length_is"],
    ["no buffer", "0600 0800 00000000", "null"],
  ])("of %s is refused", (_what, octets, message) => {
    texts.syntax = "ndr20";
    expect(() => texts.receive("text", hex(octets))).toThrow(message);
  });

  test("lone surrogates and long strings are kept", () => {
    texts.syntax = "ndr20";
    for (const text of ["\ud800x", "é".repeat(32_767)]) {
      expect(texts.receive("text", texts.request("text", [text]).octets)).toEqual([text]);
    }
    expect(() => texts.request("text", ["x".repeat(32_768)])).toThrow("at most 32767");
  });

  const system = "S-1-5-18";
  const account = { sid: system, name: "a", use: 5, both: [null, ""] };
  const grant = { rights: 1n, sid: administrators };
  const names = { count: 3, names: ["x", null, "yy"], sids: [system, null, administrators] };

  test.each(["ndr20", "ndr64"] as const)(
    "are in structs, arrays, unions and behind pointers of %s",
    (syntax) => {
      texts.syntax = syntax;
      for (const args of [
        [system, "n", { value: administrators }, { value: "k" }],
        [system, null, null, null],
        [administrators, "", null, { value: null }],
      ]) {
        const { octets, respond } = texts.request("find", args);
        const given = texts.receive("find", octets);
        expect(texts.request("find", given).octets).toEqual(octets);
        expect(respond(texts.respond("find", octets, { account }))).toEqual({ account });
      }
      for (const key of [
        { tag: 1, value: "one" },
        { tag: 2, value: system },
        { tag: 3, value: { value: "three" } },
        { tag: "default", discriminant: 9 },
      ]) {
        const { octets } = texts.request("give", [grant, names, key]);
        expect(texts.receive("give", octets)).toEqual([grant, names, key]);
        for (let length = 0; length < octets.length; length += 7) {
          expect(() => texts.receive("give", octets.subarray(0, length))).toThrow();
        }
      }
      const { octets, respond } = texts.request("name", [["a", null, "b"]]);
      expect(texts.receive("name", octets)).toEqual([["a", null, "b"]]);
      const result = { owner: system, returnValue: "who" };
      expect(respond(texts.respond("name", octets, result))).toEqual(result);
    },
  );

  test("have schemas", async () => {
    const { give } = await texts.definition.schemas();
    const json = { grant: { rights: "1", sid: system }, names, key: { tag: 1, value: "t" } };
    expect(give?.request.parse(json)).toEqual({ ...json, grant: { rights: 1n, sid: system } });
    expect(() => give?.request.parse({ ...json, grant: { rights: "1", sid: "me" } })).toThrow();
  });

  test("stay structs where they are not wanted", async () => {
    const model = compileCase("texts");
    const none = await loadInterface(generateTypeScript(model, { natural: false }), "Texts");
    const sid = {
      revision: 1,
      identifierAuthority: { value: Uint8Array.of(0, 0, 0, 0, 0, 5) },
      subAuthority: Uint32Array.of(32, 544),
    };
    const { octets } = none.request("one", [sid]);
    texts.syntax = "ndr20";
    expect(texts.receive("one", octets)).toEqual([administrators]);
    const text = { length: 6, maximumLength: 8, buffer: Uint16Array.of(97, 98, 99) };
    expect(texts.receive("text", none.request("text", [text]).octets)).toEqual(["abc"]);
    const [some] = generateTypeScript(model, { natural: ["sid"] });
    expect(some?.text).toContain("export type Sid = string;");
    expect(some?.text).toContain("export interface RpcUnicodeString");
  });
});
