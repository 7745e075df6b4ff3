import { portRights } from "@ncalrpc/security";
import koffi from "koffi";

const p = "void *";
const advapi32 = koffi.load("advapi32.dll");
const kernel32 = koffi.load("kernel32.dll");
const convert = advapi32.func("ConvertStringSecurityDescriptorToSecurityDescriptorW", "int", [
  p,
  "uint32",
  p,
  p,
]);
const accessCheckOfSystem = advapi32.func("AccessCheck", "int", [p, "int64", "uint32", p, p, p, p, p]);
const localFree = kernel32.func("LocalFree", "int64", ["int64"]);
const moveMemory = kernel32.func("RtlMoveMemory", "void", [p, "int64", "uint64"]);

/** The bytes that advapi32 makes of SDDL. */
export function bytesOfSddl(sddl: string): Uint8Array {
  const [slot, length] = [Buffer.alloc(8), Buffer.alloc(4)];
  if (convert(Buffer.from(`${sddl}\0`, "utf16le"), 1, slot, length) === 0) throw new Error(sddl);
  const address = slot.readBigUInt64LE();
  const bytes = Buffer.alloc(length.readUInt32LE());
  moveMemory(bytes, address, bytes.length);
  localFree(address);
  return bytes;
}

/** What AccessCheck answers about a token's handle: the rights that are granted, 0 if not all are. */
export function grantedBySystem(descriptor: Uint8Array, token: bigint, desired: number): number {
  const { read, write, execute, all } = portRights.mapping;
  const mapping = Buffer.from(new Uint32Array([read, write, execute, all]).buffer);
  const [privileges, size] = [Buffer.alloc(64), Buffer.from(new Uint32Array([64]).buffer)];
  const [granted, allowed] = [Buffer.alloc(4), Buffer.alloc(4)];
  const call = [Buffer.from(descriptor), token, desired, mapping, privileges, size, granted, allowed];
  if (accessCheckOfSystem(...call) === 0) throw new Error("AccessCheck");
  return allowed.readInt32LE() === 0 ? 0 : granted.readUInt32LE();
}
