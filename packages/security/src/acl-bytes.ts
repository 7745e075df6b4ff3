import type { Ace, AceScope } from "./ace.js";
import { isLabelSid } from "./ace-rules.js";
import { formatGuid, parseGuid } from "./guid-bytes.js";
import { aceByteLength, MAX_ACL_BYTES } from "./security-descriptor.js";
import { SecurityFormatError } from "./security-format-error.js";
import { Sid } from "./sid.js";

const HEADER_BYTES = 8;
/** ACL_REVISION and, where object ACEs occur, ACL_REVISION_DS (MS-DTYP 2.4.5). */
const REVISION = 2;
const REVISION_DS = 4;

/** AceType of the ACE header (MS-DTYP 2.4.4.1): plain, and as an object ACE. */
const TYPES: readonly (readonly [Ace["type"], plain: number, object: number | null])[] = [
  ["allowed", 0x00, 0x05],
  ["denied", 0x01, 0x06],
  ["audit", 0x02, 0x07],
  ["mandatoryLabel", 0x11, null],
];

const OBJECT_TYPE_PRESENT = 0x1;
const INHERITED_OBJECT_TYPE_PRESENT = 0x2;

/** Length of the packet form in octets. @throws {SecurityFormatError} where no list can be that long. */
export function aclByteLength(aces: readonly Ace[]): number {
  const length = aces.reduce((sum, ace) => sum + aceByteLength(ace), HEADER_BYTES);
  if (length > MAX_ACL_BYTES) {
    throw new SecurityFormatError(`a list of ${length} octets; at most ${MAX_ACL_BYTES} are possible`);
  }
  return length;
}

/** Writes an ACL (MS-DTYP 2.4.5) of `aclByteLength(aces)` octets, for which the caller made room. */
export function writeAcl(view: DataView, start: number, aces: readonly Ace[]): void {
  view.setUint8(start, aces.some((ace) => ace.scope !== undefined) ? REVISION_DS : REVISION);
  view.setUint16(start + 2, aclByteLength(aces), true);
  view.setUint16(start + 4, aces.length, true);
  let offset = start + HEADER_BYTES;
  for (const ace of aces) {
    writeAce(view, offset, ace);
    offset += aceByteLength(ace);
  }
}

function writeAce(view: DataView, start: number, ace: Ace): void {
  view.setUint8(start, typeNumberOf(ace));
  view.setUint8(start + 1, ace.flags);
  view.setUint16(start + 2, aceByteLength(ace), true);
  view.setUint32(start + 4, ace.mask, true);
  let offset = start + 8;
  if (ace.scope !== undefined) {
    const { objectType, inheritedObjectType } = ace.scope;
    const present =
      (objectType === null ? 0 : OBJECT_TYPE_PRESENT) |
      (inheritedObjectType === null ? 0 : INHERITED_OBJECT_TYPE_PRESENT);
    view.setUint32(offset, present, true);
    offset += 4;
    for (const guid of [objectType, inheritedObjectType]) {
      if (guid === null) continue;
      put(view, offset, parseGuid(guid));
      offset += 16;
    }
  }
  put(view, offset, ace.sid.toBytes());
}

function typeNumberOf(ace: Ace): number {
  const [, plain, object] = TYPES.find(([type]) => type === ace.type) ?? [];
  const number = ace.scope === undefined ? plain : object;
  if (number === undefined || number === null) {
    throw new SecurityFormatError(`there is no ${ace.scope ? "object " : ""}ACE of type "${ace.type}"`);
  }
  return number;
}

function put(view: DataView, offset: number, bytes: Uint8Array): void {
  new Uint8Array(view.buffer, view.byteOffset + offset, bytes.length).set(bytes);
}

/** Reads an ACL at `start`. @throws {SecurityFormatError} where it is cut off or holds an ACE we do not know. */
export function readAcl(bytes: Uint8Array, start: number): Ace[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + HEADER_BYTES > bytes.length) throw new SecurityFormatError("ACL header is cut off", start);
  const revision = view.getUint8(start);
  if (revision < REVISION || revision > REVISION_DS) {
    throw new SecurityFormatError(`ACL revision is ${revision}, expected 2 to 4`, start);
  }
  const end = start + view.getUint16(start + 2, true);
  if (end > bytes.length || end < start + HEADER_BYTES) {
    throw new SecurityFormatError(
      `ACL of ${end - start} octets, ${bytes.length - start} are there`,
      start + 2,
    );
  }
  const count = view.getUint16(start + 4, true);
  const aces: Ace[] = [];
  let offset = start + HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    if (offset + 8 > end) throw new SecurityFormatError(`ACE ${i} of ${count} is cut off`, offset);
    const size = view.getUint16(offset + 2, true);
    if (size < 8 || size % 4 !== 0 || offset + size > end) {
      throw new SecurityFormatError(
        `ACE ${i} has ${size} octets, ${end - offset} are left in its list`,
        offset + 2,
      );
    }
    aces.push(readAce(bytes.subarray(0, offset + size), view, offset));
    offset += size;
  }
  return aces;
}

/** `bytes` ends where the ACE ends. */
function readAce(bytes: Uint8Array, view: DataView, start: number): Ace {
  const number = view.getUint8(start);
  const entry = TYPES.find(([, plain, object]) => plain === number || object === number);
  if (entry === undefined) {
    throw new SecurityFormatError(
      `ACE type 0x${number.toString(16).padStart(2, "0")} is not supported`,
      start,
    );
  }
  const [type, , object] = entry;
  const flags = view.getUint8(start + 1);
  const mask = view.getUint32(start + 4, true);
  if (number !== object) {
    const sid = Sid.fromBytes(bytes, start + 8);
    if (type === "mandatoryLabel" && !isLabelSid(sid)) {
      throw new SecurityFormatError(`mandatory label ${sid} is no integrity level`, start + 8);
    }
    return { type, flags, mask, sid };
  }
  const { scope, sidAt } = readScope(bytes, view, start + 8);
  const sid = Sid.fromBytes(bytes, sidAt);
  return scope === null ? { type, flags, mask, sid } : { type, flags, mask, sid, scope };
}

function readScope(
  bytes: Uint8Array,
  view: DataView,
  start: number,
): { scope: AceScope | null; sidAt: number } {
  let offset = start + 4;
  if (offset > bytes.length) throw new SecurityFormatError("object ACE is cut off", start);
  const present = view.getUint32(start, true);
  const guid = (bit: number): string | null => {
    if ((present & bit) === 0) return null;
    if (offset + 16 > bytes.length) throw new SecurityFormatError("GUID of an object ACE is cut off", offset);
    offset += 16;
    return formatGuid(bytes.subarray(offset - 16, offset));
  };
  const objectType = guid(OBJECT_TYPE_PRESENT);
  const inheritedObjectType = guid(INHERITED_OBJECT_TYPE_PRESENT);
  const scope = objectType || inheritedObjectType ? { objectType, inheritedObjectType } : null;
  return { scope, sidAt: offset };
}
