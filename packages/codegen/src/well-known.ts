import type { Expression, Member, Scalar, StructDefinition, Type, TypeDefinition } from "@ncalrpc/idl";

/**
 * Structs that programs have a natural value for. They are known by name and by shape, so that a namesake with other members
 * stays the struct that it is: `GUID`, `UUID` and `uuid_t` become text, `FILETIME` a bigint of 100 ns since 1601,
 * `LARGE_INTEGER` and `ULARGE_INTEGER` the bigint that they hold.
 */
export type WellKnown = "guid" | "filetime" | "largeInteger" | "unsignedLargeInteger";

/**
 * The same of structs that end in an open array or have a pointer: `SID` and `RPC_SID` become text, `UNICODE_STRING` and its
 * namesakes the string that they count, or null.
 */
export type WellKnownText = "sid" | "unicodeString";

/** The names by which a program says which of them it wants. */
export const naturalNames = ["guid", "filetime", "largeInteger", "sid", "unicodeString"] as const;
export type NaturalName = (typeof naturalNames)[number];

const names: ReadonlyMap<string, WellKnown | WellKnownText> = new Map<string, WellKnown | WellKnownText>([
  ["GUID", "guid"],
  ["_GUID", "guid"],
  ["UUID", "guid"],
  ["uuid_t", "guid"],
  ["FILETIME", "filetime"],
  ["_FILETIME", "filetime"],
  ["LARGE_INTEGER", "largeInteger"],
  ["_LARGE_INTEGER", "largeInteger"],
  ["ULARGE_INTEGER", "unsignedLargeInteger"],
  ["_ULARGE_INTEGER", "unsignedLargeInteger"],
  ...["SID", "_SID", "RPC_SID", "_RPC_SID", "dom_sid2"].map((name): [string, WellKnownText] => [name, "sid"]),
  ...["", "RPC_", "LSA_"].flatMap((prefix): [string, WellKnownText][] => [
    [`${prefix}UNICODE_STRING`, "unicodeString"],
    [`_${prefix}UNICODE_STRING`, "unicodeString"],
  ]),
  // As pidl's files call them.
  ["lsa_String", "unicodeString"],
  ["lsa_StringLarge", "unicodeString"],
]);

/** Which natural values a program wants: all, none, or those of some names. */
export type NaturalOption = boolean | readonly NaturalName[];

export function isWanted(known: WellKnown | WellKnownText, option: NaturalOption): boolean {
  if (typeof option === "boolean") return option;
  return option.includes(known === "unsignedLargeInteger" ? "largeInteger" : known);
}

/** What a definition stands for; null for all but a few. */
export function wellKnown(definition: TypeDefinition): WellKnown | WellKnownText | null {
  if (definition.kind !== "struct") return null;
  const known = names.get(definition.name) ?? null;
  if (known === "guid") return isGuid(definition) ? known : null;
  if (known === "filetime") return isFileTime(definition) ? known : null;
  if (known === "sid") return isSid(definition) ? known : null;
  if (known === "unicodeString") return isUnicodeString(definition) ? known : null;
  const [only] = definition.members;
  const scalar = known === "largeInteger" ? "int64" : "uint64";
  return known !== null && definition.members.length === 1 && isScalar(only, scalar) ? known : null;
}

/** C706 appendix A: a long, two shorts, and eight octets, which are one array or are told apart. */
function isGuid({ members }: StructDefinition): boolean {
  const [first, second, third, ...rest] = members;
  const octets = rest.map(octetCount);
  return (
    isInteger(first, 32) &&
    isInteger(second, 16) &&
    isInteger(third, 16) &&
    octets.every((count) => count > 0) &&
    octets.reduce((sum, count) => sum + count, 0) === 8
  );
}

/** How many octets an octet or a fixed array of them is; 0 for all else. */
function octetCount(member: Member): number {
  const { type } = member;
  const [element, count] = type.kind === "array" ? [type.element, type.fixed ?? 0] : [type, 1];
  const isOctet = element.kind === "scalar" && ["byte", "char", "uint8", "int8"].includes(element.scalar);
  return isOctet ? count : 0;
}

/** MS-DTYP 2.3.3: the low and the high half. */
function isFileTime({ members }: StructDefinition): boolean {
  return members.length === 2 && members.every((member) => isInteger(member, 32));
}

function isScalar(member: Member | undefined, scalar: Scalar): boolean {
  return member?.type.kind === "scalar" && member.type.scalar === scalar && member.range === null;
}

const aliases: Readonly<Record<number, RegExp>> = {
  8: /^(BYTE|UCHAR)$/,
  16: /^(WORD|USHORT)$/,
  32: /^(DWORD|ULONG|UINT32)$/,
};

function isInteger(member: Member | undefined, bits: number): boolean {
  const type = member?.type;
  if (type === undefined || member?.range !== null) return false;
  // `DWORD` and its like are aliases, of which the model's names say enough.
  if (type.kind === "named") return aliases[bits]?.test(type.name) ?? false;
  if (type.kind !== "scalar") return false;
  if (bits === 8 && (type.scalar === "byte" || type.scalar === "char")) return true;
  return type.scalar === `uint${bits}` || type.scalar === `int${bits}`;
}

/** MS-DTYP 2.4.2.3: revision, count, six octets, and so many sub-authorities. */
function isSid({ members }: StructDefinition): boolean {
  const [revision, count, authority, rest] = members;
  const array = rest?.type.kind === "array" ? rest.type : null;
  return (
    members.length === 4 &&
    isInteger(revision, 8) &&
    isInteger(count, 8) &&
    isAuthority(authority) &&
    array !== null &&
    array.fixed === null &&
    array.length === null &&
    array.first === null &&
    array.size?.kind === "name" &&
    array.size.name === count?.name &&
    rest !== undefined &&
    isInteger({ ...rest, type: array.element }, 32)
  );
}

function isAuthority(member: Member | undefined): boolean {
  const type = member?.type;
  if (member === undefined || type === undefined) return false;
  if (type.kind === "named") return /^_?(RPC_)?SID_IDENTIFIER_AUTHORITY$/.test(type.name);
  return type.kind === "array" && type.fixed === 6 && isInteger({ ...member, type: type.element }, 8);
}

/** MS-DTYP 2.3.10: two lengths in octets, and so many units. */
function isUnicodeString({ members }: StructDefinition): boolean {
  const [length, maximum, buffer] = members;
  const pointer = buffer?.type.kind === "pointer" && buffer.type.pointer === "unique" ? buffer.type : null;
  const array = pointer?.target.kind === "array" ? pointer.target : null;
  return (
    members.length === 3 &&
    isInteger(length, 16) &&
    isInteger(maximum, 16) &&
    buffer !== undefined &&
    buffer.range === null &&
    !buffer.ignore &&
    !buffer.disableConsistencyCheck &&
    array !== null &&
    array.first === null &&
    isHalf(array.size, maximum?.name) &&
    isHalf(array.length, length?.name) &&
    isUnit(array.element)
  );
}

function isHalf(expression: Expression | null, name: string | undefined): boolean {
  return (
    expression?.kind === "binary" &&
    expression.operator === "/" &&
    expression.left.kind === "name" &&
    expression.left.name === name &&
    expression.right.kind === "integer" &&
    expression.right.value === "2"
  );
}

function isUnit(type: Type): boolean {
  if (type.kind === "named") return /^(WCHAR|WORD|USHORT)$/.test(type.name);
  return type.kind === "scalar" && (type.scalar === "wchar_t" || type.scalar === "uint16");
}
