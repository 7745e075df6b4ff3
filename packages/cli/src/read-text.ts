import { readFileSync } from "node:fs";
import { createNodeHost } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";

/** The text of a file, or of the standard input for `-`. Throws CommandFailure. */
export function readText(path: string): string {
  if (path === "-") return readFileSync(0, "utf8");
  const text = createNodeHost().read(path);
  if (text === null)
    throw new CommandFailure(`cannot read '${path}': check the path and that the file can be read`);
  return text;
}
