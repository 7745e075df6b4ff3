import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { generateText } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";

interface Vector {
  readonly id: string;
  readonly octets: string;
  readonly codec?: string;
  readonly form?: "ndr64" | "big-endian" | "decode-only";
  /** What the client passes, where the vector is the response and depends on it. */
  readonly request?: readonly unknown[];
  readonly value?: Readonly<Record<string, unknown>>;
}

const idl = readFileSync(new URL("fixtures/vectors.idl", import.meta.url), "utf8");
const published: { vectors: Vector[] } = JSON.parse(
  readFileSync(new URL("../../ndr/test/vectors.json", import.meta.url), "utf8"),
  revive(),
);

/**
 * Values that JSON has no form for are objects with one member, named after their type. A pointer to a pointer holds
 * `value`. What is `$same` and looks alike is one object.
 */
function revive(): (key: string, value: unknown) => unknown {
  const same = new Map<string, unknown>();
  return (_key, value) => {
    if (typeof value !== "object" || value === null) return value;
    const [[tag, content] = []] = Object.entries(value);
    if (tag === "$bigint") return BigInt(content);
    if (tag === "$bytes") return Uint8Array.from(Buffer.from(content, "hex"));
    if (tag === "$int16") return Int16Array.from(content);
    if (tag === "$uint16") return Uint16Array.from(content);
    if (tag === "$int32") return Int32Array.from(content);
    if (tag === "$same") {
      const text = JSON.stringify(content);
      same.set(text, same.get(text) ?? content);
      return same.get(text);
    }
    if (tag === "p" && Object.keys(value).length === 1 && !Array.isArray(content)) return { value: content };
    return value;
  };
}

/** Methods of vectors.idl as the text declares them: with one struct parameter, whose members the vector's value has. */
const methods = new Map(
  [...idl.matchAll(/^ {4}(?:void|long|error_status_t) ([VWEN]\d+m?)\((.*)\);$/gm)].map(
    ([, id = "", parameters = ""]) => [
      id,
      {
        isResponse: parameters.includes("[out"),
        hasPipe: parameters.includes("Pipe"),
        wrapped: /^\[in\] \w+ \*(s|data)$/.test(parameters),
      },
    ],
  ),
);

/** The vectors that a method stands for, its own and those of other values, syntaxes and byte orders. */
const cases = published.vectors.flatMap((vector) => {
  const name = (vector.codec ?? vector.id).replace("/ms_union", "m");
  const method = methods.get(name);
  if (method === undefined) return [];
  const value = vector.value ?? published.vectors.find(({ id }) => id === vector.codec)?.value ?? {};
  return [{ id: vector.id, vector, name, value, ...method }];
});

describe("generated codecs against published vectors", () => {
  let vectors: Loaded;

  beforeAll(async () => {
    vectors = await loadInterface(generateText(idl), "Vectors");
  });

  test("every method of vectors.idl has its vector", () => {
    const used = new Set(cases.map(({ name }) => name));
    expect([...methods.keys()].filter((name) => !used.has(name))).toEqual([]);
  });

  test("the vectors without a method are those that @ncalrpc/ndr has a codec of its own for", () => {
    const used = new Set(cases.map(({ id }) => id));
    expect(published.vectors.map(({ id }) => id).filter((id) => !used.has(id))).toEqual(
      "V11 V12 V32 V32/null E1/in E1/out E10 E14 V48 V48/big-endian".split(" "),
    );
  });

  test.each(cases)("$id", async ({ vector, name, value, isResponse, hasPipe, wrapped }) => {
    const octets = Buffer.from(vector.octets.replaceAll(" ", ""), "hex");
    const method = name.toLowerCase().replace(/m$/, "M");
    const form = vector.form === "decode-only" ? undefined : vector.form;
    vectors.syntax = "ndr20";
    const request = vectors.request.bind(vectors);
    if (isResponse) {
      const args = vector.request ?? [];
      const asked = hasPipe ? Buffer.alloc(0) : request(method, args).octets;
      vectors.syntax = form ?? "ndr20";
      if (hasPipe) {
        const streamed = await vectors.answer(method, asked, value);
        expect(hex(streamed)).toBe(hex(octets));
        return;
      }
      expect(hex(vectors.respond(method, asked, value))).toBe(hex(octets));
      expect(request(method, args).respond(octets)).toEqual(value);
      return;
    }
    vectors.syntax = form ?? "ndr20";
    const args = wrapped ? [value] : Object.values(value);
    expect(hex(await vectors.send(method, args))).toBe(hex(octets));
    const received = await Promise.all(vectors.receive(method, octets).map(collected));
    expect(received).toEqual(args);
    if (name === "V30") expect(received[0]).toBe(received[1]);
  });
});

/** The chunks of a pipe; other values as they are. */
async function collected(value: unknown): Promise<unknown> {
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return value;
  const chunks: unknown[] = [];
  for await (const chunk of value as AsyncIterable<unknown>) chunks.push(chunk);
  return chunks;
}

function hex(octets: Buffer): string {
  return octets.toString("hex");
}
