import type { Scalar } from "../model.js";
import type { ResolvedType } from "./symbols.js";

/** pidl's own names of scalars that NDR has. */
const SCALARS: Readonly<Record<string, Scalar>> = {
  uint8: "uint8",
  int8: "int8",
  boolean8: "boolean",
  char: "char",
  uint16: "uint16",
  int16: "int16",
  uint32: "uint32",
  int32: "int32",
  int3264: "int3264",
  uint3264: "uint3264",
  hyper: "uint64",
  int64: "int64",
  NTSTATUS: "uint32",
  WERROR: "uint32",
  HRESULT: "uint32",
  COMRESULT: "uint32",
  time_t: "uint32",
  time_t32: "uint32",
  uid_t: "uint64",
  gid_t: "uint64",
  NTTIME_hyper: "uint64",
  NTTIME_1sec: "uint64",
  mode_t: "uint32",
  boolean32: "uint32",
  uint: "uint32",
  DWORD: "uint32",
  WORD: "uint16",
  uint8_t: "uint8",
  uint16_t: "uint16",
  uint32_t: "uint32",
  uint64_t: "uint64",
};

/** Those whose octets are written by code in C. */
const FOREIGN = new Set(
  "string string_array nstring nstring_array u16string DATA_BLOB ipv4address ipv6address dnsp_name dnsp_string pointer libndr_flags uint1632 int1632 dom_sid0 sockaddr_storage mapi_id dns_string dns_name nbt_string wrepl_nbt_name file timespec timeval double_time asclstr winreg_Type chararray".split(
    " ",
  ),
);

/** A type that pidl has built in, or that only the C code around it knows. */
export function pidlType(name: string): ResolvedType {
  const scalar = Object.hasOwn(SCALARS, name) ? SCALARS[name] : undefined;
  if (scalar !== undefined) return { kind: "scalar", scalar };
  if (FOREIGN.has(name)) return { kind: "foreign", feature: `pidl type '${name}'` };
  // pidl leaves it to C to know the rest.
  return { kind: "foreign", feature: `type '${name}', which is only mentioned` };
}
