import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "../src/index.js";

const directory = join(import.meta.dirname, "fixtures/diagnostics");
const TEST_HEADER = "uuid(6c3ab5f2-2d0c-4b2c-9a51-0c1c5d2f7a10), version(1.0)";

export interface Example {
  readonly id: string;
  readonly kind: "bad" | "good";
  /** Where it stands, for the test's name. */
  readonly title: string;
  readonly entry: string;
  readonly files: ReadonlyMap<string, string>;
  readonly limits: Readonly<Record<string, number>>;
  readonly dialect: Dialect;
  readonly partial: boolean;
}

/** Every example under `fixtures/diagnostics`, in the form that its README describes. */
export function diagnosticExamples(): Example[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(".txt"));
  return names.flatMap((name) => readExamples(name, readFileSync(join(directory, name), "utf8")));
}

function readExamples(name: string, text: string): Example[] {
  const examples: Example[] = [];
  let files = new Map<string, string>();
  for (const section of text.split(/^=== /m).slice(1)) {
    const end = section.indexOf("\n");
    const [first = "", second = ""] = section.slice(0, end).split(" ");
    const body = section
      .slice(end + 1)
      .replaceAll("[test]", `[${TEST_HEADER}]`)
      .replaceAll("[test,", `[${TEST_HEADER},`);
    if (first === "file") {
      files.set(second, body);
      continue;
    }
    files = new Map([["entry.idl", body]]);
    const kind = second === "bad" ? "bad" : "good";
    const line = text.slice(0, text.indexOf(section)).split("\n").length;
    examples.push({
      id: first,
      kind,
      title: `${name}:${line}`,
      entry: "entry.idl",
      files,
      limits: readLimits(body),
      dialect: readDialect(body),
      partial: /^\/\/ partial$/m.test(body),
    });
  }
  return examples;
}

function readDialect(body: string): Dialect {
  const name = /^\/\/ dialect: (\w+)$/m.exec(body)?.[1];
  return name === "widl" || name === "pidl" || name === "dce" ? name : "midl";
}

function readLimits(body: string): Record<string, number> {
  const list = /^\/\/ limits: (.*)$/m.exec(body)?.[1] ?? "";
  return Object.fromEntries(
    [...list.matchAll(/(\w+)=(\d+)/g)].map((match) => [match[1] ?? "", Number(match[2])]),
  );
}

/** Line numbers, from 1, of a file's lines marked `//!`. */
export function markedLines(text: string): number[] {
  return text.split("\n").flatMap((line, index) => (/\/\/!+$/.test(line) ? [index + 1] : []));
}
