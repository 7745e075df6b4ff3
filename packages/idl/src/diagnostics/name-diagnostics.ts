import type { DiagnosticRecord } from "./diagnostic.js";

const error = (message: string, hint: string): DiagnosticRecord => ({ severity: "error", message, hint });
const warning = (message: string, hint: string): DiagnosticRecord => ({ severity: "warning", message, hint });

/** Names (04xx) and constants (05xx). */
export const nameDiagnostics = {
  IDL0401: error("unknown type '{name}'", "define it above, or import the file that does"),
  IDL0402: error("unknown name '{name}'", "name {siblings}a constant or an enum label"),
  IDL0403: error("'{name}' is already declared", "it is first declared at {where}; rename one of them"),
  IDL0404: warning(
    "'{name}' differs from '{other}' only by case or underscores",
    "generated code names them by rules of its own; better rename one of them ('{other}' is at {where})",
  ),
  IDL0405: error(
    "{what} '{name}' is not defined",
    "define it before it is used by value; a pointer may come before the definition",
  ),
  IDL0406: error("'{name}' is not {expected}", "it is declared at {where}"),
  IDL0408: warning(
    "type '{name}' is not imported; that of the built-in {file} is taken",
    'add `import "{file}";`',
  ),
  IDL0409: warning(
    "'{name}' is declared anew, and differently",
    "from here on this declaration holds; the other one is at {where}",
  ),
  IDL0410: warning(
    "'{name}' is no type here: it stands for a {what} by its tag, or by a typedef further down",
    "write '{what} {tag}'",
  ),

  IDL0501: error("division by zero", "check the divisor"),
  IDL0502: warning(
    "{value} is out of range for {type}: it is taken as {wide}",
    "name a wider type, or cast it if it is meant to wrap",
  ),
  IDL0503: error(
    "the expression overflows 64 bits",
    "intermediate values have to fit 64 bits, signed or unsigned",
  ),
  IDL0504: error(
    "this is not a constant",
    "only literals, earlier constants and enum labels can be used here",
  ),
  IDL0505: error(
    "{value} does not fit a constant of type {type}",
    "constants are integers, characters, booleans or strings",
  ),
  IDL0506: error("shift by {count}", "shift by 0 to 63 bits"),
} as const satisfies Record<string, DiagnosticRecord>;
