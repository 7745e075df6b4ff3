import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type GeneratedFile, generateTypeScript } from "../src/index.js";
import { ModelIndex } from "../src/model-index.js";
import { compileText } from "./generate.js";
import { type Loaded, loadInterface } from "./load.js";
import { RandomIdl, random } from "./random-idl.js";
import { RandomValue } from "./random-value.js";
import { runTsc } from "./tools.js";

const { NCALRPC_FUZZ, NCALRPC_SEED } = process.env;
const interfaces = Number(NCALRPC_FUZZ ?? 12);
const seed = Number(NCALRPC_SEED ?? 0x51ce);

/** Interfaces that are type-checked at once. */
const BATCH = 100;

describe("random interfaces", () => {
  test(`${interfaces} compile, and values come through in both transfer syntaxes and encode the same again`, {
    timeout: 3_600_000,
  }, async () => {
    let batch = new TypeCheck();
    for (let i = 0; i < interfaces; i++) {
      const next = random(seed + 7919 * i);
      const text = new RandomIdl(next).text();
      try {
        batch.add(i, await roundTrip(text, next));
      } catch (error) {
        throw new Error(`seed ${seed}, interface ${i}:\n${text}`, { cause: error });
      }
      if ((i + 1) % BATCH === 0 || i + 1 === interfaces) {
        expect(batch.problems(), `seed ${seed}, interfaces up to ${i}`).toBe("");
        batch = new TypeCheck();
      }
    }
  });
});

/** Modules of several interfaces, each in a folder of its own, for one run of the compiler. */
class TypeCheck {
  readonly #folder = mkdtempSync(join(tmpdir(), "ncalrpc-random-"));

  add(number: number, files: readonly GeneratedFile[]): void {
    mkdirSync(join(this.#folder, String(number)));
    for (const { path, text } of files) writeFileSync(join(this.#folder, String(number), path), text);
  }

  /** What the compiler says, once. */
  problems(): string {
    const packages = join(import.meta.dirname, "../..");
    const config = {
      extends: join(packages, "../tsconfig.base.json"),
      compilerOptions: {
        composite: false,
        noEmit: true,
        typeRoots: [join(packages, "../node_modules/@types")],
        paths: Object.fromEntries(
          ["codegen-v1", "schema-v1"].map((entry) => [
            `@ncalrpc/runtime/${entry}`,
            [join(packages, `runtime/dist/${entry}.d.ts`)],
          ]),
        ),
      },
      include: ["*/*.ts"],
    };
    writeFileSync(join(this.#folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(this.#folder, "tsconfig.json"), JSON.stringify(config));
    try {
      return runTsc(join(this.#folder, "tsconfig.json"));
    } finally {
      rmSync(this.#folder, { recursive: true });
    }
  }
}

/** Answers the modules that values went through. */
async function roundTrip(text: string, next: (below: number) => number): Promise<GeneratedFile[]> {
  const model = compileText(text);
  const index = new ModelIndex(model);
  const values = new RandomValue(index, next);
  const files = generateTypeScript(model);
  const loaded = await loadInterface(files, "Random");
  for (const method of model.units.at(-1)?.interface?.methods ?? []) {
    const ins = method.parameters.filter(({ direction }) => direction !== "out");
    const outs = method.parameters.filter(({ direction }) => direction !== "in");
    for (let round = 0; round < 5; round++) {
      const request = Object.values(values.record(ins, false));
      const result = method.returns === null ? {} : { returnValue: values.value(method.returns) };
      const response = { ...values.record(outs, false), ...result };
      for (const syntax of ["ndr20", "ndr64"] as const) {
        loaded.syntax = syntax;
        await exchange(loaded, method.name, request, response);
      }
    }
  }
  return files;
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
