import { readFileSync } from "node:fs";
import { compile } from "@ncalrpc/idl";
import { describe, expect, test } from "vitest";
import { generateTypeScript, limitations } from "../src/index.js";
import { ModelIndex } from "../src/model-index.js";
import { random } from "./random-idl.js";
import { roundTrip } from "./round-trip.js";

interface Row {
  readonly outcome: string;
  readonly word: string;
  /** What a diagnostic has to name. */
  readonly name: string;
  readonly text: string;
}

const rows = readFileSync(new URL("fixtures/midl-words.txt", import.meta.url), "utf8")
  .split("\n")
  .flatMap((line): Row[] => {
    const [, outcome, word, name, text] = /^(ok|noted|refused) (\w+)(?: \((.*?)\))?: (.*)$/.exec(line) ?? [];
    return outcome && word && text ? [{ outcome, word, name: name ?? word, text }] : [];
  });

/** The file that a row means. */
function fileOf(text: string): string {
  const header = (more: string): string =>
    `[uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)${more}]\n`;
  const plain = "interface Words { void f([in] long a); }\n";
  if (text.startsWith("!")) return `${text.slice(1)}\n${header("")}${plain}`;
  // The two that each interface has.
  if (text === "@uuid" || text === "@version(1.0)") return header("") + plain;
  if (text.startsWith("@")) return `${header(`, ${text.slice(1)}`)}${plain}`;
  return `${header("")}interface Words { ${text} }\n`;
}

describe("the words that MIDL reserves", () => {
  test("are all here", () => {
    expect(rows.length).toBe(new Set(rows.map(({ word }) => word)).size);
    expect(rows.length).toBeGreaterThan(250);
  });

  test.each(rows)("$word: $outcome", async ({ outcome, word, name, text }) => {
    const file = fileOf(text);
    const { model, diagnostics } = compile(["words.idl"], {
      read: (path) => (path === "words.idl" ? file : null),
      resolveImport: () => null,
    });
    const said = diagnostics.map(({ message }) => message);
    if (model === null) expect(outcome, said.join("; ")).toBe("refused");
    else {
      generateTypeScript(model);
      said.push(...limitations(model));
      expect(outcome, said.join("; ")).toBe(said.length === 0 ? "ok" : "noted");
      const methods = model.units.at(-1)?.interface?.methods ?? [];
      const index = new ModelIndex(model);
      const types = methods.flatMap(({ parameters }) => parameters.map(({ type }) => type));
      // Handles are a server's, and go both ways in a test of their own.
      const hasHandles = types.some((type) => index.contextHandle(type) !== null);
      if (methods.length > 0 && !hasHandles) await roundTrip(model, random(word.length));
    }
    if (outcome !== "ok") expect(said.join("; ")).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
