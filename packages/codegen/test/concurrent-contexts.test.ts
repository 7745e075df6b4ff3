import { expect, test } from "vitest";
import { generateTypeScript } from "../src/index.js";
import { compileText } from "./generate.js";

const concurrentOf = (attribute: string, first: string, second: string): string | undefined => {
  const [file] = generateTypeScript(
    compileText(`[ uuid(3e0d37a5-6f42-4b5d-9c52-6f1f3c1b8a7b), version(1.0)${attribute} ] interface Desk {
    typedef [context_handle${first}] void *PEN;
    typedef [context_handle${second}] void *INK;
    void Dip([in] PEN pen, [in] INK ink);
}`),
  );
  return file?.text.match(/concurrentContexts: (.*),$/m)?.[1];
};

test("an interface says on which of its handles calls need not wait, a type's own attribute first", () => {
  const serialize = ", context_handle_serialize";
  const noserialize = ", context_handle_noserialize";
  expect(concurrentOf("", "", "")).toBeUndefined();
  expect(concurrentOf("", noserialize, "")).toBe('["PEN"]');
  expect(concurrentOf(noserialize, "", "")).toBe('["PEN", "INK"]');
  expect(concurrentOf(noserialize, "", serialize)).toBe('["PEN"]');
  expect(concurrentOf(serialize, "", noserialize)).toBe('["INK"]');
});
