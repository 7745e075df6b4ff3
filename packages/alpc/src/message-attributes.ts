import type { DataEntry } from "./data-information.js";
import { MAX_DATA_ENTRIES, MAX_HANDLES } from "./port-limits.js";
import { align8, portMessage, violation } from "./port-message.js";

/**
 * The attribute block that follows a message at the next multiple of eight (ALPC_MESSAGE_ATTRIBUTES): u32 allocated,
 * u32 valid (the same here), then the attributes in descending order of their bits:
 * VIEW (0x40000000): 0 u32 flags (secured: of sealed memory), 8 u64 section, 16 u64 offset (0 unless secured), 24 u64 size;
 * HANDLE (0x10000000): 0 u32 flags, 8 u64 zero, 16 u32 count, 20 u32 zero. The handles travel beside the octets.
 * Where the header has a DataInfoOffset it points behind the block, to PORT_DATA_INFORMATION: 0 u32 count, 8.. entries
 * of 0 u64 address, 8 u32 size, 12 u32 zero.
 */
const VIEW = 0x4000_0000;
const HANDLE = 0x1000_0000;
const HEADER = 8;
const VIEW_SIZE = 0x20;
const HANDLE_SIZE = 0x18;
const DATA_ENTRY = 0x10;
/** VIEW.Flags: ownership passes with the send, and nobody can write to it; HANDLE.Flags: an array of handles. */
const AUTO_RELEASE = 0x2_0000;
const SECURED_ACCESS = 0x4_0000;
const INDIRECT = 0x4_0000;

/** Most octets that attributes can add to a message. */
export const MAX_ATTRIBUTES_LENGTH =
  HEADER + VIEW_SIZE + HANDLE_SIZE + HEADER + MAX_DATA_ENTRIES * DATA_ENTRY;

/** The VIEW attribute. */
export interface ViewAttribute {
  readonly sectionId: number;
  readonly size: number;
  /** Where in the section it starts; 0 unless the section is sealed. */
  readonly offset: number;
  readonly isSealed: boolean;
}

export interface MessageAttributes {
  readonly view: ViewAttribute | null;
  readonly handleCount: number;
  readonly dataEntries: readonly DataEntry[];
}

export const noAttributes: MessageAttributes = { view: null, handleCount: 0, dataEntries: [] };

/** Octets from the end of the message (aligned) to that of the packet; 0 if there is nothing to say. */
export function attributesLength(attributes: MessageAttributes): number {
  const block = blockLength(attributes);
  const entries = attributes.dataEntries.length;
  if (entries === 0) return block === HEADER ? 0 : block;
  return block + HEADER + entries * DATA_ENTRY;
}

/** DataInfoOffset for a message of that length, 0 without data entries. */
export function dataInfoOffset(totalLength: number, attributes: MessageAttributes): number {
  return attributes.dataEntries.length === 0 ? 0 : align8(totalLength) + blockLength(attributes);
}

/** Writes `attributesLength()` octets at `at`, a multiple of 8. */
export function writeAttributes(target: DataView, at: number, attributes: MessageAttributes): void {
  const { view, handleCount, dataEntries } = attributes;
  const valid = (view === null ? 0 : VIEW) | (handleCount === 0 ? 0 : HANDLE);
  target.setUint32(at, valid, true);
  target.setUint32(at + 4, valid, true);
  let next = at + HEADER;
  if (view !== null) {
    setWord(target, next, view.isSealed ? AUTO_RELEASE | SECURED_ACCESS : AUTO_RELEASE);
    setWord(target, next + 8, view.sectionId);
    setWord(target, next + 16, view.offset);
    setWord(target, next + 24, view.size);
    next += VIEW_SIZE;
  }
  if (handleCount !== 0) {
    setWord(target, next, INDIRECT);
    setWord(target, next + 8, 0);
    setWord(target, next + 16, handleCount);
    next += HANDLE_SIZE;
  }
  if (dataEntries.length === 0) return;
  setWord(target, next, dataEntries.length);
  next += HEADER;
  for (const { address, size } of dataEntries) {
    target.setBigUint64(next, address, true);
    setWord(target, next + 8, size);
    next += DATA_ENTRY;
  }
}

/**
 * Reads what follows a message of `packetLength` octets at `at`, whose header has been checked. Throws AlpcError
 * INVALID_MESSAGE unless every octet is accounted for.
 */
export function readAttributes(
  source: DataView,
  words: Uint32Array,
  at: number,
  packetLength: number,
): MessageAttributes {
  const total = portMessage.totalLength(words, at);
  const infoOffset = portMessage.dataInfoOffset(words, at);
  if (packetLength === total) {
    if (infoOffset !== 0) throw violation(`DataInfoOffset ${infoOffset} without data information`);
    return noAttributes;
  }
  const end = at + packetLength;
  let next = at + align8(total);
  const take = (length: number): number => {
    const start = next;
    if (start + length > end) throw violation("the message attributes are cut off");
    next += length;
    return start;
  };
  const header = take(HEADER);
  const valid = source.getUint32(header, true);
  if ((valid & ~(VIEW | HANDLE)) !== 0 || source.getUint32(header + 4, true) !== valid) {
    throw violation(`message attributes 0x${valid.toString(16)}`);
  }
  let view: MessageAttributes["view"] = null;
  if ((valid & VIEW) !== 0) {
    const start = take(VIEW_SIZE);
    const isSealed = getWord(source, start) === (AUTO_RELEASE | SECURED_ACCESS);
    if (!isSealed) {
      expect(source, start, AUTO_RELEASE, "VIEW.Flags");
      expect(source, start + 16, 0, "VIEW.ViewBase");
    }
    const offset = getWord(source, start + 16);
    view = { sectionId: getWord(source, start + 8), size: getWord(source, start + 24), offset, isSealed };
  }
  let handleCount = 0;
  if ((valid & HANDLE) !== 0) {
    const start = take(HANDLE_SIZE);
    expect(source, start, INDIRECT, "HANDLE.Flags");
    expect(source, start + 8, 0, "HANDLE.Handle");
    handleCount = getWord(source, start + 16);
    if (handleCount === 0 || handleCount > MAX_HANDLES)
      throw violation(`a message with ${handleCount} handles`);
  }
  const dataEntries: DataEntry[] = [];
  if (infoOffset !== 0) {
    if (infoOffset !== next - at) throw violation(`DataInfoOffset ${infoOffset} is not ${next - at}`);
    const count = getWord(source, take(HEADER));
    if (count === 0 || count > MAX_DATA_ENTRIES) throw violation(`a message with ${count} data entries`);
    for (let i = 0; i < count; i++) {
      const start = take(DATA_ENTRY);
      dataEntries.push({ address: source.getBigUint64(start, true), size: getWord(source, start + 8) });
    }
  }
  if (next !== end) throw violation(`${end - next} octets follow the message attributes`);
  return { view, handleCount, dataEntries };
}

function blockLength(attributes: MessageAttributes): number {
  return (
    HEADER + (attributes.view === null ? 0 : VIEW_SIZE) + (attributes.handleCount === 0 ? 0 : HANDLE_SIZE)
  );
}

/** A u64 whose value is below 2^53. */
function setWord(target: DataView, at: number, value: number): void {
  target.setUint32(at, value >>> 0, true);
  target.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}

function getWord(source: DataView, at: number): number {
  const value = source.getUint32(at, true) + source.getUint32(at + 4, true) * 0x1_0000_0000;
  if (!Number.isSafeInteger(value)) throw violation(`${value} in a message attribute`);
  return value;
}

function expect(source: DataView, at: number, value: number, name: string): void {
  const found = getWord(source, at);
  if (found !== value) throw violation(`${name} is 0x${found.toString(16)}, not 0x${value.toString(16)}`);
}
