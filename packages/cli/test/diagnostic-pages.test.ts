import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { diagnosticTable, lintRules } from "@ncalrpc/idl";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

describe("docs/diagnostics", () => {
  it("is what the tables and the tests' examples make it", () => {
    const script = `${root}scripts/diagnostic-pages.mjs`;
    expect(execFileSync(process.execPath, [script, "--check"], { encoding: "utf8" })).toMatch(
      /^\d+ pages, 0 not current\n$/,
    );
  });

  it("has a page for each diagnostic and each lint rule", () => {
    const ids = [...Object.keys(diagnosticTable), ...lintRules.map(({ id }) => id)];
    expect(ids.length).toBeGreaterThan(80);
    expect(ids.filter((id) => !existsSync(`${root}docs/diagnostics/${id}.md`))).toEqual([]);
  });
});
