import type { Ace } from "./ace.js";
import { isDaclAce, isSaclAce } from "./ace-rules.js";
import { aclByteLength, readAcl, writeAcl } from "./acl-bytes.js";
import { type Acl, aclFlags, type SecurityDescriptor } from "./security-descriptor.js";
import { SecurityFormatError } from "./security-format-error.js";
import { Sid } from "./sid.js";

const HEADER_BYTES = 20;
const SELF_RELATIVE = 0x8000;

/** Bits of the control field that speak about one of the two lists (MS-DTYP 2.4.6). */
interface ControlBits {
  readonly present: number;
  readonly flags: readonly (readonly [flag: number, bit: number])[];
}

const DACL: ControlBits = {
  present: 0x0004,
  flags: [
    [aclFlags.protected, 0x1000],
    [aclFlags.autoInheritRequired, 0x0100],
    [aclFlags.autoInherited, 0x0400],
  ],
};

const SACL: ControlBits = {
  present: 0x0010,
  flags: [
    [aclFlags.protected, 0x2000],
    [aclFlags.autoInheritRequired, 0x0200],
    [aclFlags.autoInherited, 0x0800],
  ],
};

/**
 * The self-relative form (MS-DTYP 2.4.6), parts in the order SACL, DACL, owner, group, in a new buffer.
 * @throws {SecurityFormatError} where a list is longer than 65532 octets.
 */
export function securityDescriptorToBytes(sd: SecurityDescriptor): Uint8Array {
  const saclBytes = sd.sacl?.aces ? aclByteLength(sd.sacl.aces) : 0;
  const daclBytes = sd.dacl?.aces ? aclByteLength(sd.dacl.aces) : 0;
  const daclAt = HEADER_BYTES + saclBytes;
  const ownerAt = daclAt + daclBytes;
  const groupAt = ownerAt + (sd.owner?.byteLength ?? 0);
  const bytes = new Uint8Array(groupAt + (sd.group?.byteLength ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint16(2, SELF_RELATIVE | controlOf(sd.dacl, DACL) | controlOf(sd.sacl, SACL), true);
  if (sd.owner !== null) {
    view.setUint32(4, ownerAt, true);
    bytes.set(sd.owner.toBytes(), ownerAt);
  }
  if (sd.group !== null) {
    view.setUint32(8, groupAt, true);
    bytes.set(sd.group.toBytes(), groupAt);
  }
  if (sd.sacl?.aces) {
    view.setUint32(12, HEADER_BYTES, true);
    writeAcl(view, HEADER_BYTES, sd.sacl.aces);
  }
  if (sd.dacl?.aces) {
    view.setUint32(16, daclAt, true);
    writeAcl(view, daclAt, sd.dacl.aces);
  }
  return bytes;
}

/**
 * Reads the self-relative form. Octets that no part claims are ignored; the buffer is not kept.
 * @throws {SecurityFormatError} with the offset of what is wrong.
 */
export function securityDescriptorFromBytes(bytes: Uint8Array): SecurityDescriptor {
  if (bytes.length < HEADER_BYTES) {
    throw new SecurityFormatError(`security descriptor of ${bytes.length} octets, at least 20 are needed`, 0);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const revision = view.getUint8(0);
  if (revision !== 1)
    throw new SecurityFormatError(`security descriptor revision is ${revision}, expected 1`, 0);
  const control = view.getUint16(2, true);
  if ((control & SELF_RELATIVE) === 0) {
    throw new SecurityFormatError("security descriptor is not self-relative: its parts are elsewhere", 2);
  }
  return {
    owner: readSid(bytes, view, 4),
    group: readSid(bytes, view, 8),
    dacl: readList(bytes, view, 16, control, DACL, isDaclAce),
    sacl: readList(bytes, view, 12, control, SACL, isSaclAce),
  };
}

function controlOf(acl: Acl | null, bits: ControlBits): number {
  if (acl === null) return 0;
  return bits.flags.reduce((sum, [flag, bit]) => sum | (acl.flags & flag ? bit : 0), bits.present);
}

/** The offset stored at `field`; null where it is 0. */
function offsetAt(view: DataView, field: number): number | null {
  const offset = view.getUint32(field, true);
  if (offset === 0) return null;
  if (offset < HEADER_BYTES) throw new SecurityFormatError(`offset ${offset} lies within the header`, field);
  return offset;
}

function readSid(bytes: Uint8Array, view: DataView, field: number): Sid | null {
  const offset = offsetAt(view, field);
  return offset === null ? null : Sid.fromBytes(bytes, offset);
}

function readList<A extends Ace>(
  bytes: Uint8Array,
  view: DataView,
  field: number,
  control: number,
  bits: ControlBits,
  belongs: (ace: Ace) => ace is A,
): Acl<A> | null {
  if ((control & bits.present) === 0) return null;
  const flags = bits.flags.reduce((sum, [flag, bit]) => sum | (control & bit ? flag : 0), 0);
  const offset = offsetAt(view, field);
  if (offset === null) return { flags, aces: null };
  const aces = readAcl(bytes, offset);
  if (!aces.every(belongs)) throw new SecurityFormatError("an ACE of the wrong kind for its list", offset);
  return { flags, aces };
}
