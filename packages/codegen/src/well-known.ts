import type { Member, Scalar, StructDefinition, TypeDefinition } from "@ncalrpc/idl";

/**
 * Structs that programs have a natural value for. They are known by name and by shape, so that a namesake with other members
 * stays the struct that it is: `GUID`, `UUID` and `uuid_t` become text, `FILETIME` a bigint of 100 ns since 1601,
 * `LARGE_INTEGER` and `ULARGE_INTEGER` the bigint that they hold.
 */
export type WellKnown = "guid" | "filetime" | "largeInteger" | "unsignedLargeInteger";

const names: ReadonlyMap<string, WellKnown> = new Map([
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
]);

/** What a definition stands for; null for all but a few. */
export function wellKnown(definition: TypeDefinition): WellKnown | null {
  if (definition.kind !== "struct") return null;
  const known = names.get(definition.name) ?? null;
  if (known === "guid") return isGuid(definition) ? known : null;
  if (known === "filetime") return isFileTime(definition) ? known : null;
  const [only] = definition.members;
  const scalar = known === "largeInteger" ? "int64" : "uint64";
  return known !== null && definition.members.length === 1 && isScalar(only, scalar) ? known : null;
}

/** C706 appendix A: a long, two shorts, eight octets. */
function isGuid({ members }: StructDefinition): boolean {
  const [first, second, third, rest] = members;
  const octets = rest?.type.kind === "array" && rest.type.fixed === 8 ? rest.type.element : null;
  return (
    members.length === 4 &&
    isInteger(first, 32) &&
    isInteger(second, 16) &&
    isInteger(third, 16) &&
    octets?.kind === "scalar" &&
    ["byte", "char", "uint8", "int8"].includes(octets.scalar)
  );
}

/** MS-DTYP 2.3.3: the low and the high half. */
function isFileTime({ members }: StructDefinition): boolean {
  return members.length === 2 && members.every((member) => isInteger(member, 32));
}

function isScalar(member: Member | undefined, scalar: Scalar): boolean {
  return member?.type.kind === "scalar" && member.type.scalar === scalar && member.range === null;
}

function isInteger(member: Member | undefined, bits: number): boolean {
  const type = member?.type;
  if (type === undefined || member?.range !== null) return false;
  // `DWORD` and its like are aliases, of which the model's names say enough.
  if (type.kind === "named")
    return bits === 32 ? /^(DWORD|ULONG|UINT32)$/.test(type.name) : /^(WORD|USHORT)$/.test(type.name);
  return type.kind === "scalar" && (type.scalar === `uint${bits}` || type.scalar === `int${bits}`);
}
