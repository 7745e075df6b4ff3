import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fixtures, startCli } from "./run-cli.js";

let directory: string;
let child: ChildProcess;
let output: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "ncalrpc-watch-"));
  cpSync(fixtures, directory, { recursive: true });
  output = "";
});

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
  rmSync(directory, { recursive: true });
});

function watch(...files: string[]): void {
  child = startCli(["generate", ...files, "-I", "later", "--out", "gen", "--watch"], { cwd: directory });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += String(chunk);
    });
  }
}

/** Waits until the command says something, and forgets what it has said. */
async function said(text: string): Promise<string> {
  const deadline = Date.now() + 15_000;
  while (!output.includes(text)) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(`"${text}" is not in: ${output}`);
    await delay(10);
  }
  const heard = output;
  output = "";
  return heard;
}

function edit(file: string, from: string, to: string): void {
  const path = join(directory, file);
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, "exit");
  child.kill(signal);
  const [code]: (number | null)[] = await exited;
  return code ?? null;
}

it("generates again when a file or an import of it changes, until it is stopped", async () => {
  watch("sample.idl");
  expect(await said("watching 2 files")).toContain("4 files written, 0 unchanged");
  edit("sample.idl", "hyper Add(", "hyper Sum(");
  expect(await said("watching 2 files")).toContain("2 files written, 2 unchanged");
  expect(readFileSync(join(directory, "gen/sample.ts"), "utf8")).toContain("  sum(left: bigint");
  edit("sample-types.idl", "BLUE", "BLUE, YELLOW");
  await said("watching 2 files");
  expect(readFileSync(join(directory, "gen/sample-types.ts"), "utf8")).toContain("YELLOW: 3");
  expect(await stop("SIGINT")).toBe(0);
});

it("notices a file that an editor replaces", async () => {
  watch("sample.idl");
  await said("watching");
  const text = readFileSync(join(directory, "sample.idl"), "utf8");
  writeFileSync(join(directory, "sample.idl~"), text.replace("hyper Add(", "hyper Total("));
  renameSync(join(directory, "sample.idl~"), join(directory, "sample.idl"));
  await said("watching");
  expect(readFileSync(join(directory, "gen/sample.ts"), "utf8")).toContain("  total(left: bigint");
  expect(await stop("SIGTERM")).toBe(0);
});

it("survives errors and generates when they are gone", async () => {
  watch("sample.idl");
  await said("watching");
  edit("sample.idl", "hyper Add(", "hyperr Add(");
  expect(await said("watching")).toMatch(
    /error IDL0401: unknown type 'hyperr'[\s\S]*nothing generated: 1 error/,
  );
  edit("sample.idl", "hyperr Add(", "hyper Plus(");
  expect(await said("watching")).toContain("2 files written");
  rmSync(join(directory, "sample-types.idl"));
  expect(await said("watching")).toContain("cannot find the imported file");
  writeFileSync(join(directory, "sample-types.idl"), readFileSync(join(fixtures, "sample-types.idl")));
  expect(await said("watching")).toContain("0 files written, 4 unchanged");
});

it("does nothing for changes of other files", async () => {
  watch("sample.idl");
  await said("watching");
  edit("broken.idl", "Paint", "Draw");
  await delay(300);
  expect(output).toBe("");
});

it("finds an import that appears in a directory that appears", async () => {
  rmSync(join(directory, "sample-types.idl"));
  watch("sample.idl");
  expect(await said("watching 1 file,")).toContain("cannot find the imported file");
  mkdirSync(join(directory, "later"));
  writeFileSync(join(directory, "later/sample-types.idl"), readFileSync(join(fixtures, "sample-types.idl")));
  expect(await said("watching 2 files")).toContain("4 files written");
});
