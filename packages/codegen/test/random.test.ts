import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { GeneratedFile } from "../src/index.js";
import { compileText } from "./generate.js";
import { RandomIdl, random } from "./random-idl.js";
import { roundTrip } from "./round-trip.js";
import { runTsc } from "./tools.js";

const { NCALRPC_FUZZ, NCALRPC_SEED } = process.env;
const interfaces = Number(NCALRPC_FUZZ ?? 12);
const seed = Number(NCALRPC_SEED ?? 0x51ce);

/** Interfaces that are type-checked at once. */
const BATCH = 100;

describe("random interfaces", () => {
  test(`${interfaces} compile, and values come through in both transfer syntaxes and byte orders and encode the same again`, {
    timeout: 3_600_000,
  }, async () => {
    let batch = new TypeCheck();
    for (let i = 0; i < interfaces; i++) {
      const next = random(seed + 7919 * i);
      const text = new RandomIdl(next).text();
      try {
        batch.add(i, await roundTrip(compileText(text), next));
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
