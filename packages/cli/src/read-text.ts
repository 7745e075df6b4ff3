import { readFileSync } from "node:fs";
import { createNodeHost } from "@ncalrpc/idl";
import { CommandFailure } from "./command-failure.js";

/** The text of a file, or of the standard input for `-`. Throws CommandFailure. */
export function readText(path: string): string {
  if (path === "-") return readFileSync(0, "utf8");
  const text = createNodeHost().read(path);
  if (text === null)
    throw new CommandFailure(
      `cannot read '${path}': check its path, that it is a file and no directory, and that you may read it`,
    );
  return text;
}
