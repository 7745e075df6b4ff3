import { compile } from "@ncalrpc/idl";
import { SyntaxKind, ts } from "ts-morph";
import { describe, expect, test } from "vitest";
import { type GeneratedFile, generateTypeScript } from "../src/index.js";
import { random } from "./random-idl.js";

/** What ends comments, strings, templates and lines, or begins them; and what tools read in comments. */
const FRAGMENTS = [
  ..."*/ /* // \" ' ` $ { } ) ( ; \\\\ <!-- --> # @deprecated export import".split(" "),
  ..."\u2028 \u2029 \u0000 \ufeff \ud800 \u202e \t".split(" "),
  " globalThis.canary = 1; ",
  `$${"{globalThis.canary=1}"}`,
  "@ts-ignore",
  "biome-ignore lint: all",
  "</script>",
  "\\u002a\\u002f",
  "\\x22",
];

/** Names that mean something to JavaScript, or to whoever reads an object's properties. */
const NAMES =
  "then constructor __proto__ prototype hasOwnProperty toString valueOf default class function await yield eval arguments undefined NaN Infinity globalThis process require module exports import_ delete new this super async of get set name length call apply bind r w Reader Writer Client schema z _ $1 __defineGetter__ Object Symbol Promise canary".split(
    " ",
  );

/** An identifier of IDL; `$1` and the like are none. */
function isName(text: string): boolean {
  return /^[A-Za-z_]\w*$/.test(text);
}

interface Texts {
  readonly free: string;
  readonly names: readonly string[];
}

/** IDL with the texts wherever IDL has room for what a stranger writes. */
function idl({ free, names }: Texts): string {
  const comment = free.replaceAll("*/", "* /");
  const line = free.replaceAll(/[\n\r\u2028\u2029]/g, " ");
  const quoted = free.replaceAll(/[\\"]/g, "\\$&").replaceAll(/[\n\r]/g, "\\n");
  const [a = "a", b = "b", c = "c", d = "d", e = "e", f = "f", g = "g", h = "h"] = names;
  return `
    cpp_quote("${quoted}")
    #pragma midl_echo("${quoted}")
    /** ${comment} */
    const char *TEXT_${a} = "${quoted}";
    /// ${line}
    const wchar_t *WIDE_${b} = L"${quoted}";
    /** ${comment} */
    [uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0), helpstring("${quoted}"), endpoint("ncalrpc:[${f}]")]
    interface I_${c} {
      /** ${comment} */
      typedef enum { /** ${comment} */ L_${a}, L_${b} = 4 } E_${d};
      /** ${comment} */
      typedef struct { /** ${comment} */ long ${a}; [string, range(0, 8)] wchar_t *${b}; E_${d} ${c}; } S_${e};
      typedef [switch_type(long)] union { /** ${comment} */ [case(1)] long ${d}; [default] ; } U_${f};
      typedef [context_handle] void *H_${g};
      typedef [represent_as(R_${h})] long A_${h};
      /** ${comment} @deprecated ${comment} */
      [helpstring("${quoted}")] long ${g}([in] long ${a}, [in, switch_is(${a})] U_${f} *${b}, [out] S_${e} *${c});
      [annotation("${quoted}"), idempotent] void ${h}([in] H_${g} ${d}, [in] A_${h} ${e});
    }`;
}

function generated(texts: Texts): GeneratedFile[] {
  const text = idl(texts);
  const host = { read: () => text, resolveImport: () => null };
  const { model, diagnostics } = compile(["test.idl"], host);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(errors, text).toEqual([]);
  if (model === null) throw new Error("no model");
  return generateTypeScript(model);
}

/** Every node's kind in order. Identifiers and literals are their kinds only, since names differ. */
function kinds(files: readonly GeneratedFile[]): ts.SyntaxKind[] {
  return files.flatMap(({ path, text }) => {
    const { diagnostics } = ts.transpileModule(text, { fileName: path, reportDiagnostics: true });
    expect(diagnostics, text).toEqual([]);
    const found: ts.SyntaxKind[] = [];
    const visit = (node: ts.Node): void => {
      found.push(node.kind);
      node.forEachChild(visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022));
    return found;
  });
}

/** Everything that a module says of the world outside: what it calls by a global name, and what it imports. */
function outside(files: readonly GeneratedFile[]): Set<string> {
  const found = new Set<string>();
  for (const { path, text } of files) {
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
        found.add(`import ${node.moduleSpecifier.text}`);
      if (node.kind === SyntaxKind.ImportKeyword && !ts.isImportDeclaration(node.parent))
        found.add("import()");
      if (ts.isPropertyAccessExpression(node) && /^globalThis\b/.test(node.expression.getText()))
        found.add(node.getText());
      node.forEachChild(visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  }
  return found;
}

function comments(text: string): string {
  return (text.match(/^ *(?:\/\/|\/?\*).*$/gm) ?? []).join("\n");
}

const { NCALRPC_FUZZ, NCALRPC_SEED } = process.env;
const inputs = Number(NCALRPC_FUZZ ?? 60);
const seed = Number(NCALRPC_SEED ?? 0x1d1);

describe("IDL that a stranger wrote", () => {
  const plain: Texts = { free: "harmless", names: ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"] };

  test(`has the syntax tree of harmless IDL, with any of ${inputs} random texts`, {
    timeout: 600_000,
  }, () => {
    const harmless = kinds(generated(plain));
    const known = outside(generated(plain));
    const next = random(seed);
    for (let i = 0; i < inputs; i += 1) {
      const parts = Array.from({ length: 1 + next(8) }, () => FRAGMENTS[next(FRAGMENTS.length)]);
      const texts = { ...plain, free: `x${parts.join("")}x` };
      const files = generated(texts);
      expect(kinds(files), `seed ${seed}, ${JSON.stringify(texts.free)}`).toEqual(harmless);
      expect(outside(files)).toEqual(known);
      for (const { text } of files) expect(comments(text)).not.toMatch(/@ts-|biome-ignore/);
    }
  });

  test(`has no more than that with any of ${inputs} sets of names`, { timeout: 600_000 }, () => {
    const known = outside(generated(plain));
    const next = random(seed + 1);
    const pool = NAMES.filter(isName);
    for (let i = 0; i < inputs; i += 1) {
      const names: string[] = [];
      while (names.length < 8) {
        const name = pool[next(pool.length)] ?? "a";
        if (
          !names.some(
            (other) => other.toLowerCase().replaceAll("_", "") === name.toLowerCase().replaceAll("_", ""),
          )
        )
          names.push(name);
      }
      const files = generated({ free: "harmless", names });
      kinds(files);
      const news = [...outside(files)].filter((one) => !known.has(one));
      // The modules of the same interface are named after it.
      expect(
        news.filter((one) => !/^import \.\/[a-z0-9-]+(?:\.schema)?\.js$/.test(one)),
        names.join(" "),
      ).toEqual([]);
    }
  });
});
