import { type Sid, wellKnownSids } from "@ncalrpc/security";
import type { PortListing } from "../kernel.js";
import { addressOf } from "./alpc-library.js";
import { getWord } from "./attribute-buffer.js";
import { DIRECTORY_QUERY } from "./layout/access-rights.js";
import { ObjectFlags, UNICODE_STRING } from "./layout/generic-structures.js";
import { isSuccess } from "./nt-status.js";
import { PORT_DIRECTORY } from "./object-name.js";
import { dataView, keeping, objectAttributes, ownMemory, unicodeString } from "./structures.js";
import type { SystemLibrary } from "./system-library.js";

const PORT_TYPE = "ALPC Port";
/** OBJECT_DIRECTORY_INFORMATION: two UNICODE_STRINGs, name and type. */
const ENTRY = 2 * UNICODE_STRING.size;
/** Entries at most: the directory is not ours. */
const MAX_ENTRIES = 10_000;

/**
 * The ports in `\RPC Control`. Their owners cannot be asked for: ports of this process are known (`own`), of all others the
 * owner is given as S-1-0-0.
 */
export function listPortObjects(system: SystemLibrary, own: ReadonlyMap<string, Sid>): PortListing[] {
  const listed = new Map(
    [...own].map(([name, owner]) => [name.toLowerCase(), { name, owner, isLive: true }]),
  );
  const slot = ownMemory(8);
  const directory = unicodeString(PORT_DIRECTORY.slice(0, -1));
  const object = objectAttributes(directory, ObjectFlags.CASE_INSENSITIVE);
  const opened = keeping([object], () => system.NtOpenDirectoryObject(slot, DIRECTORY_QUERY, object.bytes));
  if (!isSuccess(opened)) return [...listed.values()];
  const handle = getWord(dataView(slot), 0);
  try {
    const buffer = ownMemory(0x1000);
    const context = ownMemory(4);
    const returned = ownMemory(4);
    for (let i = 0; i < MAX_ENTRIES; i++) {
      const status = system.NtQueryDirectoryObject(
        handle,
        buffer,
        buffer.length,
        1,
        i === 0 ? 1 : 0,
        context,
        returned,
      );
      if (!isSuccess(status)) break;
      const name = textAt(buffer, 0);
      const isListed = textAt(buffer, UNICODE_STRING.size) !== PORT_TYPE || listed.has(name.toLowerCase());
      if (!isListed) listed.set(name.toLowerCase(), { name, owner: wellKnownSids.nobody, isLive: true });
    }
  } finally {
    system.NtClose(handle);
  }
  return [...listed.values()];
}

/** The UNICODE_STRING at `at`, whose characters lie in the same buffer. */
function textAt(buffer: Buffer, at: number): string {
  const view = dataView(buffer);
  const length = view.getUint16(at + UNICODE_STRING.Length, true);
  const start = getWord(view, at + UNICODE_STRING.Buffer) - addressOf(buffer);
  if (start < ENTRY || start + length > buffer.length) return "";
  return buffer.toString("utf16le", start, start + length);
}
