import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { compileCase, goldenCases, goldenRoot } from "./generate.js";
import { runBiome, runTsc } from "./tools.js";

/** `NCALRPC_UPDATE_GOLDEN=1` writes the expected files anew; the change is then for a reviewer to see. */
const update = process.env["NCALRPC_UPDATE_GOLDEN"] === "1";

describe("golden files", () => {
  test.each(goldenCases())("%s is generated as expected", (name) => {
    const files = generateTypeScript(compileCase(name));
    const folder = join(goldenRoot, name);
    if (update) for (const file of files) writeFileSync(join(folder, file.path), file.text);
    const expected = readdirSync(folder).filter((file) => file.endsWith(".ts"));
    expect(files.map(({ path }) => path).sort()).toEqual(expected.sort());
    for (const file of files) expect(file.text).toBe(readFileSync(join(folder, file.path), "utf8"));
  });

  test("are the same when generated again, from a model that went through JSON", () => {
    for (const name of goldenCases()) {
      const model = compileCase(name);
      expect(generateTypeScript(JSON.parse(JSON.stringify(model)))).toEqual(generateTypeScript(model));
    }
  });

  test("compile under the strict configuration", { timeout: 120_000 }, () => {
    expect(runTsc(join(goldenRoot, "tsconfig.json"))).toBe("");
  });

  test("are formatted and linted as Biome would have it", () => {
    expect(runBiome(goldenRoot)).toBe("");
  });
});
