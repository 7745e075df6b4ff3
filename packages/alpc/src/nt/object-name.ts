import { AlpcError } from "../error.js";
import { parsePortName } from "../port-name.js";

/** Where ordinary users may create ports, and where RPC has them. */
export const PORT_DIRECTORY = "\\RPC Control\\";

/** Another place of the object manager's namespace: names without control characters between backslashes. */
const OBJECT_PATH = /^(?:\\[^\\\p{Cc}]{1,200}){2,8}$/u;

/**
 * The object name of a port: `x` and `\RPC Control\x` are `\RPC Control\x`; any other text that starts with a backslash is
 * an absolute object path, as in rpcrt4's string bindings. Throws AlpcError OBJECT_NAME_INVALID.
 */
export function objectName(text: string): string {
  if (text.startsWith("\\") && !text.toLowerCase().startsWith(PORT_DIRECTORY.toLowerCase())) {
    if (OBJECT_PATH.test(text)) return text;
    throw new AlpcError("OBJECT_NAME_INVALID", `${JSON.stringify(text.slice(0, 60))} is not an object path`);
  }
  const parsed = parsePortName(text);
  if (parsed.kind === "name") return PORT_DIRECTORY + parsed.name;
  throw new AlpcError("OBJECT_NAME_INVALID", `${parsed.path} is a file path; ports of Windows have names`);
}
