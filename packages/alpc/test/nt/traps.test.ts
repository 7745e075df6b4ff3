import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What the fact sheet warns of (its section 9, and rules of 7 and 8), what we do about it, and where that is tested. */
interface Trap {
  readonly section: string;
  readonly trap: string;
  readonly how: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}
const traps: Trap[] = JSON.parse(readFileSync(new URL("traps.json", import.meta.url), "utf8"));

test("every pitfall of the fact sheet is there", () => {
  const pitfalls = traps.map(({ section }) => section).filter((section) => section.startsWith("9."));
  expect(pitfalls).toEqual(Array.from({ length: 20 }, (_, i) => `9.${i + 1}`));
});

test.each(traps)("$section: $trap", ({ tests }) => {
  expect(tests.length).toBeGreaterThan(0);
  for (const { file, title } of tests) {
    expect(readFileSync(new URL(file, import.meta.url), "utf8")).toContain(`"${title}"`);
  }
});
