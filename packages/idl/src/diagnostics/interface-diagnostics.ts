import type { DiagnosticRecord } from "./diagnostic.js";

const error = (message: string, hint: string): DiagnosticRecord => ({ severity: "error", message, hint });
const warning = (message: string, hint: string): DiagnosticRecord => ({ severity: "warning", message, hint });

/** Interface headers (06xx), methods (08xx) and ACF files (09xx). */
export const interfaceDiagnostics = {
  IDL0601: error(
    "interface '{name}' has no uuid",
    "add `uuid(...)` with a new random UUID; it is the interface's identity",
  ),
  IDL0602: error("'{text}' is not a UUID", "write 32 hexadecimal digits as 8-4-4-4-12"),
  IDL0603: warning("interface '{name}' has no version; 0.0 is taken", "add `version(1.0)`"),
  IDL0604: error("'{text}' is not a version", "write `version(1.0)`: major and minor, each 0 to 65535"),
  IDL0605: error("'{text}' is not an endpoint", 'write `endpoint("ncalrpc:[name]")`'),
  IDL0606: error("pointer_default does not know '{text}'", "write `ref`, `unique` or `ptr`"),
  IDL0607: error(
    "the uuid of '{name}' is taken by interface '{other}'",
    "give each interface a UUID of its own",
  ),

  IDL0801: error(
    "[out] parameter '{name}' is neither pointer nor array",
    "the callee needs somewhere to put the result: add a `*`",
  ),
  IDL0802: error(
    "[out] parameter '{name}' is a pointer that can be null",
    "use a ref pointer, or `[unique] T **` for a result that can be null",
  ),
  IDL0803: error("'{name}' is [out] only, but '{array}' is sent [in]", "make '{name}' [in], or [in,out]"),
  IDL0804: error("a method cannot return {what}", "return it through an [out] parameter"),
  IDL0806: warning(
    "local method '{name}' keeps opnum {opnum} although it is not remote",
    "compilers differ about this: move it into a [local] interface, or name it in a `call_as`",
  ),
  IDL0807: error("method '{name}' ends in '...'", "only [local] methods take a variable list of arguments"),
  IDL0808: error(
    "[maybe] method '{name}' has a result",
    "nothing comes back from it: remove the [out] parameters and return void",
  ),
  IDL0901: warning(
    "the IDL file has no {what} '{name}'",
    "check its spelling; what the ACF says of it is left out of account",
  ),
  IDL0805: warning(
    "method '{name}' stands outside any interface",
    "it is left out of account; move it into an interface",
  ),
} as const satisfies Record<string, DiagnosticRecord>;
