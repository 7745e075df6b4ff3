import type { Ace, AceScope, DaclAce, SaclAce } from "./ace.js";
import { isDaclAce, isLabelSid, isSaclAce } from "./ace-rules.js";
import { SddlError } from "./sddl-error.js";
import {
  ACE_FLAG_NAMES,
  ACE_TYPES,
  ACL_FLAG_NAMES,
  NO_ACCESS_CONTROL,
  UNSUPPORTED_ACE_TYPES,
} from "./sddl-names.js";
import { SddlReader } from "./sddl-reader.js";
import { lookUpRight, parseMaskNumber } from "./sddl-rights.js";
import { type Acl, aceByteLength, MAX_ACL_BYTES, type SecurityDescriptor } from "./security-descriptor.js";
import type { Sid } from "./sid.js";

export interface ParseSddlOptions {
  /** SID of the domain or machine that DA, DU, LA and the like are relative to. Without it they are errors. */
  readonly domain?: Sid;
  /** Refuse a text without "D:", which would let everyone do everything. Default false, as on Windows. */
  readonly requireDacl?: boolean;
  /** Longest text that is looked at, in UTF-16 units. Default 1048576, more than two full lists need. */
  readonly maxLength?: number;
}

const DEFAULT_MAX_LENGTH = 1_048_576;
const SECTIONS = ["O:", "G:", "D:", "S:"] as const;
const ACE_SHAPE = "an ACE is (type;flags;rights;object GUID;inherited object GUID;SID)";
const GUID = /^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$/;

/**
 * Reads a security descriptor in SDDL (MS-DTYP 2.5.1), as "O:BAD:P(A;;GA;;;BA)(A;;GRGX;;;WD)". The sections may come in
 * any order. Conditional, resource attribute and other extended ACEs are refused. Time is linear in the text's length.
 * @throws {SddlError} with position and hint.
 */
export function parseSddl(text: string, options: ParseSddlOptions = {}): SecurityDescriptor {
  const maxLength = options.maxLength ?? DEFAULT_MAX_LENGTH;
  if (text.length > maxLength) {
    throw new SddlError(
      `the text is ${text.length} characters long`,
      maxLength,
      `at most ${maxLength} are read`,
    );
  }
  const reader = new SddlReader(text, options.domain ?? null);
  const found = new Set<string>();
  let owner: Sid | null = null;
  let group: Sid | null = null;
  let dacl: Acl<DaclAce> | null = null;
  let sacl: Acl<SaclAce> | null = null;
  while (!reader.atEnd()) {
    const start = reader.position;
    const section = SECTIONS.find((name) => reader.take(name));
    if (section === undefined) {
      throw reader.error("expected O:, G:, D: or S:", "a descriptor looks like O:BAG:BAD:(A;;GA;;;BA)");
    }
    if (found.has(section))
      throw new SddlError(`a second "${section}"`, start, "each section may stand once");
    found.add(section);
    if (section === "O:") owner = reader.sid();
    else if (section === "G:") group = reader.sid();
    else if (section === "D:")
      dacl = parseAcl(reader, isDaclAce, "AU, OU and ML stand in the system list, S:");
    else sacl = parseAcl(reader, isSaclAce, "A, D, OA and OD stand in the discretionary list, D:");
  }
  if (options.requireDacl && dacl === null) {
    throw reader.error("there is no D:, so everyone could do everything", "add D: and the ACEs that allow");
  }
  return { owner, group, dacl, sacl };
}

function parseAcl<A extends Ace>(reader: SddlReader, belongs: (ace: Ace) => ace is A, hint: string): Acl<A> {
  let flags = 0;
  let none = false;
  for (;;) {
    const flag = ACL_FLAG_NAMES.find(([name]) => reader.take(name));
    if (flag !== undefined) flags |= flag[1];
    else if (reader.take(NO_ACCESS_CONTROL)) none = true;
    else break;
  }
  const aces: A[] = [];
  let byteLength = 8;
  for (;;) {
    reader.atEnd();
    const start = reader.position;
    if (!reader.take("(")) break;
    if (none) {
      throw new SddlError("an ACE after NO_ACCESS_CONTROL", start, "leave out the one or the other");
    }
    const ace = parseAce(reader);
    if (!belongs(ace)) throw new SddlError("an ACE of the wrong kind for this list", start, hint);
    byteLength += aceByteLength(ace);
    if (byteLength > MAX_ACL_BYTES) {
      throw new SddlError(
        "the list gets too long",
        start,
        `its ACEs may take ${MAX_ACL_BYTES} octets together`,
      );
    }
    aces.push(ace);
  }
  return { flags, aces: none ? null : aces };
}

function parseAce(reader: SddlReader): Ace {
  const kind = reader.field();
  const known = ACE_TYPES.get(kind.text);
  if (known === undefined) {
    const unsupported = UNSUPPORTED_ACE_TYPES.get(kind.text);
    const problem = unsupported
      ? `${unsupported} ACEs are not supported`
      : `unknown ACE type "${clip(kind.text)}"`;
    throw new SddlError(problem, kind.position, `write one of ${[...ACE_TYPES.keys()].join(", ")}`);
  }
  const { type, object } = known;
  reader.expect(";", ACE_SHAPE);
  const flags = parseAceFlags(reader);
  reader.expect(";", ACE_SHAPE);
  const mask = parseRights(reader, type === "mandatoryLabel");
  reader.expect(";", ACE_SHAPE);
  const objectType = parseGuid(reader, object);
  reader.expect(";", ACE_SHAPE);
  const inheritedObjectType = parseGuid(reader, object);
  reader.expect(";", ACE_SHAPE);
  reader.atEnd();
  const sidAt = reader.position;
  const sid = reader.sid();
  if (type === "mandatoryLabel" && !isLabelSid(sid)) {
    throw new SddlError(`${sid} is no integrity level`, sidAt, "write LW, ME, MP, HI, SI or S-1-16-...");
  }
  reader.expect(")", ACE_SHAPE);
  // An object ACE without a GUID says what the plain one says, and Windows makes the plain one of it.
  const scope: AceScope | null =
    objectType || inheritedObjectType ? { objectType, inheritedObjectType } : null;
  return scope ? { type, flags, mask, sid, scope } : { type, flags, mask, sid };
}

function parseAceFlags(reader: SddlReader): number {
  const { text, position } = reader.field();
  let flags = 0;
  for (let i = 0; i < text.length; i += 2) {
    const letters = text.slice(i, i + 2);
    const flag = ACE_FLAG_NAMES.find(([name]) => name === letters);
    if (flag === undefined) {
      const names = ACE_FLAG_NAMES.map(([name]) => name).join(", ");
      throw new SddlError(`unknown ACE flag "${letters}"`, position + i, `flags are ${names}`);
    }
    flags |= flag[1];
  }
  return flags;
}

function parseRights(reader: SddlReader, label: boolean): number {
  const { text, position } = reader.field();
  if (/^[0-9]/.test(text)) {
    const mask = parseMaskNumber(text);
    if (mask !== null) return mask;
    const hint = "write at most 32 bits as 0x1f0001 (hexadecimal), 017 (octal) or 15 (decimal)";
    throw new SddlError(`"${clip(text)}" is no access mask`, position, hint);
  }
  let mask = 0;
  for (let i = 0; i < text.length; i += 2) {
    const letters = text.slice(i, i + 2);
    const right = lookUpRight(letters, label);
    if (right === undefined) {
      const hint = label
        ? "a label's rights are NW, NR, NX"
        : "write GA, GR, GW, GX, RC, ... or a number as 0x1";
      throw new SddlError(`unknown right "${letters}"`, position + i, hint);
    }
    mask |= right;
  }
  return mask >>> 0;
}

function parseGuid(reader: SddlReader, allowed: boolean): string | null {
  const { text, position } = reader.field();
  if (text === "") return null;
  if (!allowed) throw new SddlError("a GUID in a plain ACE", position, "only OA, OD and OU have GUIDs");
  if (!GUID.test(text)) {
    throw new SddlError(`"${clip(text)}" is no GUID`, position, "a GUID is 8-4-4-4-12 hexadecimal digits");
  }
  return text.toLowerCase();
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
