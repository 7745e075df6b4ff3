import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { generateText } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

interface Vector {
  readonly id: string;
  readonly octets: string;
  readonly value: Readonly<Record<string, unknown>>;
}

const idl = readFileSync(new URL("fixtures/vectors.idl", import.meta.url), "utf8");
const published: { vectors: Vector[] } = JSON.parse(
  readFileSync(new URL("../../ndr/test/vectors.json", import.meta.url), "utf8"),
  revive,
);

/** Values that JSON has no form for are objects with one member, named after their type. A pointer to a pointer holds `value`. */
function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [[tag, content] = []] = Object.entries(value);
  if (tag === "$bigint") return BigInt(content);
  if (tag === "$bytes") return Uint8Array.from(Buffer.from(content, "hex"));
  if (tag === "$int16") return Int16Array.from(content);
  if (tag === "$uint16") return Uint16Array.from(content);
  if (tag === "$int32") return Int32Array.from(content);
  if (tag === "p" && Object.keys(value).length === 1) return { value: content };
  return value;
}

/** Methods of vectors.idl as the text declares them: with one struct parameter, whose members the vector's value has. */
const methods = [...idl.matchAll(/^ {4}(?:void|long) ([VWE]\d+)\((.*)\);$/gm)].map(
  ([, id = "", parameters = ""]) => ({
    id,
    isResponse: parameters.includes("[out"),
    wrapped: /^\[in\] \w+ \*(\w+)$/.exec(parameters)?.[1] ?? null,
  }),
);

describe("generated codecs against published vectors", () => {
  let vectors: Loaded;

  beforeAll(async () => {
    vectors = await loadInterface(generateText(idl), "Vectors");
  });

  test("every method of vectors.idl has its vector", () => {
    const ids = new Set(published.vectors.map(({ id }) => id));
    expect(methods.length).toBeGreaterThan(40);
    expect(methods.filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  test.each(methods)("$id", ({ id, isResponse, wrapped }) => {
    const vector = published.vectors.find((candidate) => candidate.id === id);
    const octets = Buffer.from(vector?.octets.replaceAll(" ", "") ?? "", "hex");
    const value = vector?.value ?? {};
    const method = id.toLowerCase();
    if (isResponse) {
      expect(hex(vectors.respond(method, Buffer.alloc(0), value))).toBe(hex(octets));
      expect(vectors.request(method, []).respond(octets)).toEqual(value);
    } else {
      const args = wrapped === null ? Object.values(value) : [value];
      expect(hex(vectors.request(method, args).octets)).toBe(hex(octets));
      expect(vectors.receive(method, octets)).toEqual(args);
    }
  });
});

function hex(octets: Buffer): string {
  return octets.toString("hex");
}
