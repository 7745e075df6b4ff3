import { describe, expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { ModelIndex } from "../src/model-index.js";
import { compileText } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";
import { RandomIdl, random } from "./random-idl.js";
import { RandomValue } from "./random-value.js";

const { NCALRPC_FUZZ, NCALRPC_SEED } = process.env;
const interfaces = Number(NCALRPC_FUZZ ?? 12);
const seed = Number(NCALRPC_SEED ?? 0x51ce);

describe("random interfaces", () => {
  test(`values of ${interfaces} come through in both transfer syntaxes, and encode the same again`, {
    timeout: 3_600_000,
  }, async () => {
    for (let i = 0; i < interfaces; i++) {
      const next = random(seed + 7919 * i);
      const text = new RandomIdl(next).text();
      try {
        await roundTrip(text, next);
      } catch (error) {
        throw new Error(`seed ${seed}, interface ${i}:\n${text}`, { cause: error });
      }
    }
  });
});

async function roundTrip(text: string, next: (below: number) => number): Promise<void> {
  const model = compileText(text);
  const index = new ModelIndex(model);
  const values = new RandomValue(index, next);
  const loaded = await loadInterface(generateTypeScript(model), "Random");
  for (const method of model.units.at(-1)?.interface?.methods ?? []) {
    const ins = method.parameters.filter(({ direction }) => direction === "in");
    const outs = method.parameters.filter(({ direction }) => direction === "out");
    for (let round = 0; round < 5; round++) {
      const request = Object.values(values.record(ins, false));
      const response = values.record(outs, false);
      for (const syntax of ["ndr20", "ndr64"] as const) {
        loaded.syntax = syntax;
        await exchange(loaded, method.name, request, response);
      }
    }
  }
}

async function exchange(
  loaded: Loaded,
  method: string,
  request: unknown[],
  response: unknown,
): Promise<void> {
  const octets = await loaded.send(method, request);
  const received = await Promise.all(loaded.receive(method, octets).map(collected));
  expect(received).toEqual(request);
  expect((await loaded.send(method, received)).equals(octets)).toBe(true);
  const answer = loaded.respond(method, octets, response);
  const read = await loaded.responded(method, request, answer);
  expect(read).toEqual(response);
  expect(loaded.respond(method, octets, read).equals(answer)).toBe(true);
}

/** The chunks of a pipe; other values as they are. */
async function collected(value: unknown): Promise<unknown> {
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return value;
  const chunks: unknown[] = [];
  for await (const chunk of value as AsyncIterable<unknown>) chunks.push(chunk);
  return chunks;
}
