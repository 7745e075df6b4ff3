import { expect, test } from "vitest";
import { UnsupportedError } from "../src/index.js";
import { generateText } from "./generate.js";

const head = "[ uuid(3e0d37a5-6f42-4b5d-9c52-6f1f3c1b8a7b), version(1.0) ] interface Back {";

test("callbacks may share names with methods, and become a class and handlers of their own", () => {
  const [file] = generateText(
    `${head} long Ping([in] long value); [callback] long Ping_([in] long value); }`,
  );
  expect(file?.text).toContain("export class BackCallbacks extends Callbacks {");
  expect(file?.text).toContain("export interface BackCallbackHandlers {");
  expect(file?.text).toContain("  ping(value: number, call: CallbackCall): Awaitable<number>;");
  expect(file?.text).toContain("function writePingRequest_(");
});

test("an interface without callbacks says nothing of them", () => {
  const [file] = generateText(`${head} void Ping(void); }`);
  expect(file?.text).not.toMatch(/callback/i);
});

test("context handles and pipes in callbacks are refused by name", () => {
  const handle = `${head} typedef [context_handle] void *H; [callback] void Take([in] H h); }`;
  expect(() => generateText(handle)).toThrow(UnsupportedError);
  expect(() => generateText(handle)).toThrow("Back.Take: a context handle in a [callback]");
  const pipe = `${head} typedef pipe long P; [callback] void Take([in] P p); }`;
  expect(() => generateText(pipe)).toThrow("Back.Take: a pipe in a [callback]");
});
