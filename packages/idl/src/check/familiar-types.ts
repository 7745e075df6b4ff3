/** What IDL has for types that other languages have by these names. */
const IDL_TYPES: ReadonlyMap<string, string> = new Map([
  ["string", "[string] wchar_t *"],
  ["String", "[string] wchar_t *"],
  ["str", "[string] wchar_t *"],
  ["bool", "boolean"],
  ["bytes", "[size_is(n)] byte *"],
  ["i8", "small"],
  ["i16", "short"],
  ["i32", "long"],
  ["i64", "hyper"],
  ["u8", "byte"],
  ["u16", "unsigned short"],
  ["u32", "unsigned long"],
  ["u64", "unsigned hyper"],
  ["int8", "small"],
  ["int16", "short"],
  ["int32", "long"],
  ["int64", "hyper"],
  ["uint8", "byte"],
  ["uint16", "unsigned short"],
  ["uint32", "unsigned long"],
  ["uint64", "unsigned hyper"],
  ["uint", "unsigned long"],
  ["size_t", "unsigned hyper"],
  ["sint32", "long"],
  ["sint64", "hyper"],
  ["fixed32", "unsigned long"],
  ["fixed64", "unsigned hyper"],
  ["float32", "float"],
  ["float64", "double"],
  ["number", "double"],
  ["repeated", "[size_is(n)] T *"],
  ["list", "[size_is(n)] T *"],
  ["vector", "[size_is(n)] T *"],
  ["map", "an array of structs: [size_is(n)] Entry *"],
  ["optional", "[unique] T *"],
  ["oneof", "union switch (long kind) { case 1: T x; }"],
  ["stream", "typedef pipe T TS;"],
]);

/** A hint for a name that is a type elsewhere; nothing for others. */
export function familiarType(name: string): string | undefined {
  const type = IDL_TYPES.get(name.replace(/^(u?int\d+)_t$/, "$1"));
  return type === undefined ? undefined : `IDL has \`${type}\` for this`;
}

/** The longer words of IDL's own types, for those who mistype them: short ones resemble too much. */
export const TYPE_WORDS = "boolean double float hyper short signed small unsigned wchar_t".split(" ");
