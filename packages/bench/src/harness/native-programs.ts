import { execFile, execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Values } from "../scenario.js";
import { describeError } from "./message.js";

const SOURCES = fileURLToPath(new URL("../../native/", import.meta.url));
const FLAGS = ["-std=c11", "-O2"];
const run = promisify(execFile);

/** The floors in C, built anew by each run of the bench. */
export interface NativePrograms {
  /** First line of what the compiler says about itself; null where the programs could not be built. */
  readonly compiler: string | null;
  /** Why there are none. */
  readonly reason: string;
  /** Runs a program and gives the numbers that it prints. Rejects when it fails or takes longer than `timeout` milliseconds. */
  run(program: string, args: readonly string[], timeout: number): Promise<Values>;
}

/** Builds them into the directory with $CC, or cc. Never throws: without a compiler the floors are left out. */
export function buildNativePrograms(directory: string): NativePrograms {
  const compilers = process.env.CC === undefined ? ["cc", "gcc", "clang"] : [process.env.CC];
  let reason = "";
  for (const compiler of compilers) {
    try {
      const [version = compiler] = execFileSync(compiler, ["--version"], quiet()).split("\n");
      for (const source of readdirSync(SOURCES).filter((name) => name.endsWith(".c"))) {
        const program = join(directory, basename(source, ".c"));
        execFileSync(compiler, [...FLAGS, "-o", program, join(SOURCES, source)], quiet());
      }
      const execute: NativePrograms["run"] = async (program, args, timeout) => {
        const { stdout } = await run(join(directory, program), args, { timeout, killSignal: "SIGKILL" });
        return parseFigures(stdout);
      };
      return { compiler: version, reason: "", run: execute };
    } catch (error) {
      reason ||= `cannot be built here: ${describeError(error).split("\n")[0]}`;
    }
  }
  return { compiler: null, reason, run: () => Promise.reject(new Error(reason)) };
}

function quiet(): { encoding: "utf8"; stdio: ["ignore", "pipe", "pipe"] } {
  return { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
}

/** Throws TypeError for what is not an object of numbers. */
export function parseFigures(text: string): Values {
  const value: unknown = JSON.parse(text);
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const figures: Record<string, number> = {};
  for (const [name, figure] of entries) {
    if (typeof figure !== "number") {
      throw new TypeError(`"${name}" is not a number`);
    }
    figures[name] = figure;
  }
  if (entries.length === 0) {
    throw new TypeError("no figures");
  }
  return figures;
}
