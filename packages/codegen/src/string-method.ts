import type { StringType } from "@ncalrpc/idl";

const METHODS = {
  char: { conformant: "string", fixed: "fixedString" },
  wchar_t: { conformant: "wideString", fixed: "fixedWideString" },
  byte: { conformant: "byteString", fixed: "fixedByteString" },
} as const;

/** The method of readers and writers for a string: one with its max count before it, or one in place. */
export function stringMethod({ unit }: StringType, form: "conformant" | "fixed" = "conformant"): string {
  return METHODS[unit][form];
}
