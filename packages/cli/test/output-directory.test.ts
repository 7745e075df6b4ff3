import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { planFiles, writePlanned } from "../src/output-directory.js";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ncalrpc-output-"));
});

afterEach(() => rmSync(directory, { recursive: true }));

it.each(["../out.ts", "a/../../out.ts", "/out.ts", "a//b.ts", "./a.ts", ""])(
  "has no place for %j",
  (path) => {
    expect(() => planFiles(directory, [{ path, text: "" }])).toThrow(
      `${path} is not a place inside ${directory}`,
    );
  },
);

it("does not follow a symbolic link on the way to a file", () => {
  mkdirSync(join(directory, "elsewhere"));
  mkdirSync(join(directory, "gen"));
  symlinkSync(join(directory, "elsewhere"), join(directory, "gen/link"));
  const files = [{ path: "link/a.ts", text: "a" }];
  expect(() => planFiles(join(directory, "gen"), files)).toThrow("gen/link is a symbolic link");
});

it("makes the directories that a file needs", () => {
  const planned = planFiles(join(directory, "gen"), [{ path: "inner/a.ts", text: "a" }]);
  expect(planned.map(({ state }) => state)).toEqual(["new"]);
  for (const file of planned) writePlanned(file);
  expect(readFileSync(join(directory, "gen/inner/a.ts"), "utf8")).toBe("a");
  expect(planFiles(join(directory, "gen"), [{ path: "inner/a.ts", text: "a" }])).toMatchObject([
    { state: "unchanged" },
  ]);
});
