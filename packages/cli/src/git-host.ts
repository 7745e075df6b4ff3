import { execFileSync } from "node:child_process";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { SourceHost } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";

const MAX_BYTES = 64 * 1024 * 1024;

/** Files as they are in a revision of the repository around the current directory. Throws CommandFailure for what is none. */
export function gitHost(revision: string, include: readonly string[]): SourceHost {
  const commit = git([
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ])?.trim();
  const top = git(["rev-parse", "--show-toplevel"])?.trim();
  if (commit === undefined || top === undefined)
    throw new CommandFailure(
      `'${revision}' is neither a file, nor a directory, nor a revision that git knows here`,
    );
  const texts = new Map<string, string | null>();
  const read = (path: string): string | null => {
    const known = texts.get(path);
    if (known !== undefined) return known;
    const inside = relative(top, resolve(path)).split(sep).join("/");
    const text = inside.startsWith("..") ? null : git(["cat-file", "blob", `${commit}:${inside}`]);
    texts.set(path, text);
    return text;
  };
  return {
    read,
    resolveImport(name, fromFile) {
      const portable = name.replaceAll("\\", "/");
      const candidates = isAbsolute(portable)
        ? [portable]
        : [dirname(fromFile), ...include].map((directory) => join(directory, portable));
      return candidates.find((candidate) => read(candidate) !== null) ?? null;
    },
  };
}

/** What git prints; null if it fails. */
function git(args: readonly string[]): string | null {
  try {
    return execFileSync("git", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: MAX_BYTES,
    });
  } catch {
    return null;
  }
}
