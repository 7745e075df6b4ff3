import { expect, test } from "vitest";
import { generateTypeScript, limitations, UnsupportedError } from "../src/index.js";
import { compileCase, compileText } from "./generate.js";

test("what is not generated is named with its place", () => {
  expect(limitations(compileCase("well-known"))).toEqual([]);
  expect(limitations(compileCase("unions"))).toEqual([]);
});

test("[deprecated] becomes JSDoc's, in clients, synchronous ones too, and handlers", () => {
  const model = compileText(
    "[ uuid(3e0d37a5-6f42-4b5d-9c52-6f1f3c1b8a78), version(1.0) ] interface Old { void Go(void); }",
  );
  const attributes = [{ name: "deprecated", text: '"*/ use Went"' }];
  const json = JSON.stringify(model, (key, value: unknown) =>
    key === "methods" && Array.isArray(value) ? value.map((method) => ({ ...method, attributes })) : value,
  );
  const [file] = generateTypeScript(JSON.parse(json));
  expect(file?.text.match(/^ {2}\/\*\* @deprecated "\*\\\/ use Went" \*\/$/gm)).toHaveLength(3);
});

test("what a callback cannot have is refused by its name", () => {
  const text = `[ uuid(3e0d37a5-6f42-4b5d-9c52-6f1f3c1b8a79), version(1.0) ] interface Talk {
    typedef [context_handle] void *Line;
    [callback] void Hang([in] long n, [in, size_is(n)] Line *lines);
}`;
  expect(() => generateTypeScript(compileText(text))).toThrow(UnsupportedError);
  expect(() => generateTypeScript(compileText(text))).toThrow("Talk.Hang: a context handle in a [callback]");
});
