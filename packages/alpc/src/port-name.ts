import { AlpcError } from "./error.js";

/** Characters of a name without its prefix. */
export const MAX_PORT_NAME = 200;

const GRAMMAR = /^[a-z0-9_-][a-z0-9._-]*$/i;
const LONG_FORM = /^\\RPC Control\\/i;

/** Where a port is: by its name in the namespace of this system, or a place given outright. */
export type PortName =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "path"; readonly path: string };

/**
 * Reads the name of a port: letters, digits, dots, underscores and hyphens, no dot in front; upper and lower case are
 * the same. `\RPC Control\x` is the long form of `x`. Text that starts with `/` is a path.
 * Throws AlpcError OBJECT_NAME_INVALID.
 */
export function parsePortName(text: string): PortName {
  if (text.startsWith("/")) return { kind: "path", path: checkPath(text) };
  const name = text.replace(LONG_FORM, "");
  if (name.length > MAX_PORT_NAME) {
    throw new AlpcError(
      "OBJECT_NAME_INVALID",
      `a port name has at most ${MAX_PORT_NAME} characters, this has ${name.length}`,
    );
  }
  if (!GRAMMAR.test(name)) {
    throw new AlpcError(
      "OBJECT_NAME_INVALID",
      `${quote(text)} is not a port name: letters, digits, ".", "_" and "-", not starting with a dot`,
    );
  }
  // Not before: there are other letters whose lower case is one of these.
  return { kind: "name", name: name.toLowerCase() };
}

function checkPath(path: string): string {
  const parts = path.slice(1).split("/");
  const isPlain = parts.every((part) => part !== "" && part !== "." && part !== "..") && !path.includes("\0");
  if (!isPlain) throw new AlpcError("OBJECT_NAME_INVALID", `${quote(path)} is not a plain absolute path`);
  return path;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
