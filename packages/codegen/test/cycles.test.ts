import { expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { compileCase } from "./generate.js";
import { loadInterface } from "./load.js";

test("a file's definitions and its interfaces may refer to each other", async () => {
  const model = compileCase("cycles");
  expect(model.units.map(({ name }) => name)).toEqual(["input", "Trees", "Forest"]);
  const forest = await loadInterface(generateTypeScript(model), "Forest");
  const left = { side: 0, first: { value: 1, next: { value: 2, next: null } } };
  const right = { side: 1, first: null };
  const { octets } = forest.request("swap", [{ branches: [left, right] }]);
  expect(forest.receive("swap", octets)).toEqual([{ branches: [left, right] }]);
  const { request } = (await forest.definition.schemas())["swap"] ?? {};
  expect(request?.parse({ fork: { branches: [right, left] } })).toEqual({
    fork: { branches: [right, left] },
  });
});
