import type { BaseType, TypeSpecifier } from "./ast.js";
import type { TokenCursor } from "./token-cursor.js";

const WORDS = new Set(
  "void handle_t boolean byte char wchar_t small short long int hyper float double error_status_t signed unsigned __int8 __int16 __int32 __int64 __int3264".split(
    " ",
  ),
);

/** Base types that published headers define by a typedef as well. */
const REDEFINED = new Set(["wchar_t", "error_status_t", "boolean", "byte", "handle_t"]);

/** C words that say nothing about the wire. */
const IGNORED = new Set(
  [
    "const volatile register auto extern static inline __inline _inline __declspec _declspec",
    "far __far _far near __near _near __huge _huge __segment _segment __self _self __ptr32 __ptr64 __w64 __unaligned",
    "stdcall __stdcall _stdcall cdecl __cdecl _cdecl pascal __pascal _pascal __fastcall _fastcall __fortran _fortran",
    "__export _export __loadds _loadds __saveregs _saveregs",
    "__RPC_FAR __RPC_USER __RPC_API __RPC_STUB STDMETHODCALLTYPE STDAPICALLTYPE WINAPI CALLBACK __C89_NAMELESS",
  ].flatMap((line) => line.split(" ")),
);

/** Spellings, words sorted, without `signed` and `unsigned`. */
const WIDTHS: Readonly<Record<string, 8 | 16 | 32 | 64 | 3264>> = {
  small: 8,
  __int8: 8,
  "int small": 8,
  short: 16,
  "int short": 16,
  __int16: 16,
  "": 32,
  int: 32,
  long: 32,
  "int long": 32,
  __int32: 32,
  hyper: 64,
  "hyper int": 64,
  __int64: 64,
  "long long": 64,
  __int3264: 3264,
  "int long long": 64,
};

const PLAIN: Readonly<Record<string, BaseType>> = {
  void: "void",
  handle_t: "handle_t",
  boolean: "boolean",
  byte: "byte",
  char: "char",
  wchar_t: "wchar_t",
  float: "float",
  double: "double",
  error_status_t: "error_status_t",
};

export function isBaseTypeWord(text: string): boolean {
  return WORDS.has(text);
}

/** True for words of C that say nothing about the wire. */
export function isIgnoredWord(text: string): boolean {
  return IGNORED.has(text);
}

export function skipIgnoredWords(cursor: TokenCursor): void {
  while (isIgnoredWord(cursor.token.text)) {
    const { text } = cursor.take();
    if (text.endsWith("_declspec") && cursor.is("(")) cursor.skipBalanced();
  }
}

/** A run of base type words, such as `unsigned long int`. The cursor stands on the first. */
export function parseBaseType(cursor: TokenCursor): TypeSpecifier {
  const first = cursor.token;
  const words: string[] = [];
  while (isBaseTypeWord(cursor.token.text) || IGNORED.has(cursor.token.text)) {
    if (words.length > 0 && REDEFINED.has(cursor.token.text) && (cursor.is(";", 1) || cursor.is(",", 1)))
      break;
    skipIgnoredWords(cursor);
    if (isBaseTypeWord(cursor.token.text)) words.push(cursor.take().text);
  }
  const span = cursor.spanFrom(first);
  const base = baseType(words);
  if (base === null) {
    cursor.report("IDL0205", span, { words: words.slice(0, 8).join(" ") });
    return { kind: "base", base: "int32", span };
  }
  return { kind: "base", base, span };
}

function baseType(words: readonly string[]): BaseType | null {
  const signs = words.filter((word) => word === "signed" || word === "unsigned");
  const rest = words
    .filter((word) => word !== "signed" && word !== "unsigned")
    .sort()
    .join(" ");
  if (signs.length > 1) return null;
  const unsigned = signs[0] === "unsigned";
  const width = Object.hasOwn(WIDTHS, rest) ? WIDTHS[rest] : undefined;
  if (width !== undefined) return unsigned ? `uint${width}` : `int${width}`;
  // A char without a word is unsigned in IDL, and `signed char` is a small.
  if (rest === "char" && signs.length > 0) return unsigned ? "char" : "int8";
  return signs.length === 0 && Object.hasOwn(PLAIN, rest) ? (PLAIN[rest] ?? null) : null;
}
