import type { Model, Parameter } from "@ncalrpc/idl";
import { expect } from "vitest";
import { type GeneratedFile, generateTypeScript } from "../src/index.js";
import { ModelIndex } from "../src/model-index.js";
import { type Loaded, loadInterface } from "./load.js";
import { RandomValue } from "./random-value.js";

/**
 * Sends random values through each method of the model's last interface, there and back, in both transfer syntaxes, and in NDR20 as
 * big-endian senders write it: they have to come through, and to encode the same again. Answers the modules that they went through.
 */
export async function roundTrip(model: Model, next: (below: number) => number): Promise<GeneratedFile[]> {
  const index = new ModelIndex(model);
  const values = new RandomValue(index, next);
  const files = generateTypeScript(model);
  const loaded = await loadInterface(files, model.units.at(-1)?.name ?? "");
  for (const method of model.units.at(-1)?.interface?.methods ?? []) {
    const ins = method.parameters.filter(({ direction }) => direction !== "out");
    const outs = method.parameters.filter(({ direction }) => direction !== "in");
    for (let round = 0; round < 5; round++) {
      const request = Object.values(values.record(ins.map(asSent), false));
      const returned = method.returns === null ? undefined : values.value(method.returns);
      const result = method.returns === null ? {} : { returnValue: returned };
      const response = outs.length === 0 ? returned : { ...values.record(outs, false), ...result };
      for (const syntax of ["ndr20", "ndr64", "big-endian"] as const) {
        loaded.syntax = syntax;
        await exchange(loaded, method.name, request, response);
      }
    }
  }
  return files;
}

/** Of a [partial_ignore] pointer, the request says whether the caller wants what it points to. */
function asSent(parameter: Parameter): Parameter {
  return parameter.partialIgnore
    ? { ...parameter, type: { kind: "scalar", scalar: "boolean" }, range: null }
    : parameter;
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
