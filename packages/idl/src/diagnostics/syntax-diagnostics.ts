import type { DiagnosticRecord } from "./diagnostic.js";

const error = (message: string, hint: string): DiagnosticRecord => ({ severity: "error", message, hint });
const warning = (message: string, hint: string): DiagnosticRecord => ({ severity: "warning", message, hint });

/** Files and limits (00xx), characters (01xx), grammar (02xx), what is not supported (03xx). */
export const syntaxDiagnostics = {
  IDL0001: error(
    "cannot read '{file}'",
    "check its path, that it is a file and no directory, and that you may read it",
  ),
  IDL0002: error(
    "cannot find the imported file '{file}'",
    "it has to lie beside the importing file or in an include directory (-I); one that a build makes has to be made first",
  ),
  IDL0003: error("the file is longer than {limit} characters", "split it and import the parts"),
  IDL0004: error("the file has more than {limit} tokens", "split it and import the parts"),
  IDL0005: error(
    "nested more than {limit} levels deep",
    "name the inner types with typedefs and use the names",
  ),
  IDL0006: error("the expression has more than {limit} parts", "split it into named constants"),
  IDL0007: error("imports are nested more than {limit} files deep", "import the deep files directly"),
  IDL0008: error("more than {limit} files are imported or included", "compile fewer interfaces in one run"),
  IDL0009: error("more than {limit} problems; the rest is left out", "fix some of these and run again"),

  IDL0101: error(
    "unexpected character U+{code}",
    "IDL is written in ASCII; other characters belong in comments and strings",
  ),
  IDL0102: error("this comment is never closed", "end it with '*/'"),
  IDL0103: error("this literal is not closed on its line", "add the closing quote"),
  IDL0104: error("malformed number '{text}'", "write decimal (42), octal (052) or hexadecimal (0x2A) digits"),
  IDL0105: warning(
    "unknown escape sequence in {text}: its backslashes are taken as they are",
    "write a backslash itself as '\\\\'",
  ),
  IDL0106: error(
    "character literal {text} does not hold exactly one character",
    "use a string for more than one",
  ),
  IDL0107: error(
    "unknown preprocessor directive '#{name}'",
    "C has define, undef, include, if, ifdef, ifndef, elif, else, endif, error, line and pragma",
  ),
  IDL0108: warning("this pragma has no effect", "packing changes C memory only, never the wire; remove it"),
  IDL0109: error("'#{name}' without an '#if' before it", "remove it, or add the '#if'"),
  IDL0110: error("this condition is never closed", "add '#endif'"),
  IDL0111: error("'{name}' needs {needs}", "write it as C does"),
  IDL0112: error("#error {text}", "the text asks for this: define what its conditions look for"),
  IDL0113: error(
    "cannot find the included file '{file}'",
    "it has to lie beside the including file or in an include directory (-I); one that a build makes has to be made first",
  ),
  IDL0114: error("macro '{name}' is given {count} arguments, it takes {wanted}", "look at its '#define'"),
  IDL0115: warning("macro '{name}' is defined anew", "use '#undef' first if it is meant"),

  IDL0201: error(
    "expected {expected}, found {found}",
    "check for a missing separator or bracket before this",
  ),
  IDL0205: error("'{words}' is not a type", "write one base type, such as `unsigned long` or `hyper`"),
  IDL0206: warning("unknown attribute '{name}'", "check its spelling; it is left out of account"),
  IDL0207: warning("attribute '{name}' appears twice", "remove one of them"),
  IDL0208: error("attribute '{name}' needs {needs}", "write it as in `{example}`"),
  IDL0209: error("attribute '{name}' does not belong on a {place}", "it belongs on: {places}"),
  IDL0210: warning("attribute '{name}' has no effect", "it concerns C memory, C stubs or COM; remove it"),

  IDL0301: error(
    "{feature} is not supported",
    "write an expression of integers, constants, and names of parameters or members",
  ),
  IDL0302: error(
    "{name} is not supported",
    "it changes what is sent, so it cannot be left out silently; remove it",
  ),
  IDL0303: warning("{what} is not generated: {feature}", "{advice}"),
  IDL0304: error("'{name}' cannot be sent: {feature}", "{advice}"),
  IDL0305: warning(
    "method '{name}' is left out, its opnum {opnum} stays: {feature}",
    "the rest of the interface is generated; without `--partial` this is an error",
  ),
} as const satisfies Record<string, DiagnosticRecord>;
