import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NtStatus } from "../../src/error.js";
import { MessageType } from "../../src/message.js";
import * as attributes from "../../src/nt/layout/attribute-structures.js";
import * as flags from "../../src/nt/layout/flags.js";
import * as generic from "../../src/nt/layout/generic-structures.js";
import * as port from "../../src/nt/layout/port-structures.js";
import { Status } from "../../src/nt/layout/status.js";

interface Facts {
  readonly structures: Record<string, { readonly size: string; readonly fields: Record<string, string> }>;
  readonly attributes: {
    readonly total: string;
    readonly bits: Record<string, { bit: string; size: string; offsetIfAllAllocated: string }>;
  };
  readonly messageTypes: {
    readonly kinds: Record<string, number>;
    readonly KIND: number;
    readonly CONTINUATION_REQUIRED: number;
  };
  /** What is not in the fact sheet: names and numbers, with the place where each is documented. */
  readonly elsewhere: {
    readonly layout: Record<string, string>;
    readonly numbers: Record<string, string>;
  };
}
type Values = { readonly values: Record<string, string> };
const facts: Facts & Record<string, Values> = JSON.parse(
  readFileSync(new URL("alpc-facts.json", import.meta.url), "utf8"),
);
const values = (table: string): Record<string, string> => facts[table]?.values ?? {};

/** Every structure of the layout folder: an object with a `size`. */
const structures = Object.entries<unknown>({ ...generic, ...port, ...attributes }).filter(
  (entry): entry is [string, { size: number } & Record<string, number>] =>
    typeof entry[1] === "object" && entry[1] !== null && "size" in entry[1],
);

describe("structures", () => {
  test("of the layout folder are those of the fact sheet", () => {
    expect(structures.map(([name]) => name).sort()).toEqual(Object.keys(facts.structures).sort());
  });

  test.each(structures)("%s", (name, { size, ...offsets }) => {
    const fact = facts.structures[name];
    expect(size).toBe(Number(fact?.size));
    expect(Object.keys(offsets).length).toBeGreaterThan(0);
    for (const [field, offset] of Object.entries(offsets)) {
      expect([field, offset]).toEqual([field, Number(fact?.fields[field])]);
    }
  });
});

describe("numbers", () => {
  const tables: [string, Record<string, number>][] = [
    ["portFlags", flags.PortFlags],
    ["messageFlags", flags.MessageFlags],
    ["viewFlags", flags.ViewFlags],
    ["handleFlags", flags.HandleFlags],
    ["sectionFlags", flags.SectionFlags],
    ["cancelFlags", flags.CancelFlags],
    ["objectTypes", flags.ObjectType],
    ["portInformation", flags.PortInformation],
    ["messageInformation", flags.MessageInformation],
    ["impersonationLevels", generic.ImpersonationLevel],
    ["objectFlags", generic.ObjectFlags],
    ["statuses", Status],
  ];
  test.each(tables)("%s", (table, numbers) => {
    expect(Object.keys(numbers).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(numbers)) {
      expect([name, value]).toEqual([name, Number(values(table)[name])]);
    }
  });

  test("attributes: bits, sizes, and places if all are allocated", () => {
    let at = attributes.ALPC_MESSAGE_ATTRIBUTES.size;
    for (const [name, { bit, size, offsetIfAllAllocated }] of Object.entries(facts.attributes.bits)) {
      const key = name as attributes.AttributeName;
      expect(attributes.Attribute[key]).toBe(Number(bit));
      expect(attributes.attributeSize[key]).toBe(Number(size));
      expect(at).toBe(Number(offsetIfAllAllocated));
      at += attributes.attributeSize[key];
    }
    expect(at).toBe(Number(facts.attributes.total));
    expect(Object.keys(attributes.Attribute)).toEqual(Object.keys(facts.attributes.bits));
  });

  test("message types and the mask of object types", () => {
    for (const [name, value] of Object.entries(MessageType)) {
      expect([name, value]).toEqual([name, facts.messageTypes.kinds[name]]);
    }
    const { KIND, CONTINUATION_REQUIRED } = facts.messageTypes;
    expect(flags.TypeFlags).toEqual({ KIND, CONTINUATION_REQUIRED });
    const all = Object.values(flags.ObjectType).reduce((mask, bit) => mask | bit, 0);
    expect(all).toBe(flags.ALL_OBJECT_TYPES);
  });

  test("the package's own statuses are the system's", () => {
    const known: Record<string, number> = Status;
    for (const [name, value] of Object.entries(NtStatus)) {
      if (name in known) expect([name, value]).toEqual([name, known[name]]);
    }
  });
});

describe("nothing is guessed silently", () => {
  const folder = new URL("../../src/nt/", import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts"));
  const code = (name: string) =>
    readFileSync(new URL(name, folder), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

  test("what the layout folder exports is in the fact sheet, or says where else it is from", () => {
    const exported = sources
      .filter((name) => name.startsWith("layout/"))
      .flatMap((name) => [...code(name).matchAll(/^export const (\w+)/gm)].map(([, constant]) => constant));
    const tested = [
      ...Object.keys(facts.structures),
      ...["PortFlags", "MessageFlags", "ViewFlags", "HandleFlags", "SectionFlags", "CancelFlags"],
      ...["ObjectType", "TypeFlags"],
      ...["PortInformation", "MessageInformation", "ImpersonationLevel", "ObjectFlags", "Status"],
    ];
    const known = [...tested, ...Object.keys(facts.elsewhere.layout)];
    expect(exported.filter((name) => name !== undefined && !known.includes(name))).toEqual([]);
    expect(Object.keys(facts.elsewhere.layout).filter((name) => !exported.includes(name))).toEqual([]);
  });

  test("numbers outside of it say what they are", () => {
    const found = sources
      .filter((name) => !name.startsWith("layout/"))
      .flatMap((name) => [...code(name).matchAll(/\b0x[0-9a-f_]+/g)])
      .map(([literal]) => `0x${BigInt(literal.replaceAll("_", "")).toString(16)}`);
    expect([...new Set(found)].sort()).toEqual(Object.keys(facts.elsewhere.numbers).sort());
  });

  test("calls are given flags, classes and rights by their names", () => {
    const calls = sources
      .filter((name) => name !== "alpc-library.ts" && name !== "system-library.ts")
      .flatMap((name) => [
        ...code(name).matchAll(/\b(?:alpc|system)\.(Nt\w+)\(([^()]*(?:\([^()]*\)[^()]*)*)\)/g),
      ]);
    expect(calls.length).toBeGreaterThan(30);
    const bare = calls.filter(([, , args]) => /(?:^|,)\s*(?:[2-9]|\d{2,})\s*(?:,|$)/.test(args ?? ""));
    expect(bare.map(([call]) => call)).toEqual([]);
  });
});
