import type { AlpcLibrary, Handle } from "../alpc-library.js";
import { AttributeBuffer, getWord, setWord } from "../attribute-buffer.js";
import { VIEW_ATTR } from "../layout/attribute-structures.js";
import { SectionFlags, ViewFlags } from "../layout/flags.js";
import { check } from "../nt-status.js";
import { dataView, ownMemory } from "../structures.js";
import { systemLibrary } from "../system-library.js";

const SIZE = 0x1000;

/** A view of one page, all of it `octet`, as the VIEW attribute of a send; its section goes with `dispose`. */
export function probeView(
  alpc: AlpcLibrary,
  port: Handle,
  octet: number,
): Disposable & { readonly attributes: AttributeBuffer } {
  const section = ownMemory(8);
  const actual = ownMemory(8);
  check(
    alpc.NtAlpcCreatePortSection(port, SectionFlags.SECURE, 0, SIZE, section, actual),
    "making a section",
  );
  const attributes = new AttributeBuffer("VIEW");
  const at = attributes.offset("VIEW");
  const id = getWord(dataView(section), 0);
  attributes.setWord(at + VIEW_ATTR.SectionHandle, id);
  attributes.setWord(at + VIEW_ATTR.ViewSize, SIZE);
  const view = ownMemory(VIEW_ATTR.size);
  attributes.bytes.copy(view, 0, at);
  check(alpc.NtAlpcCreateSectionView(port, 0, view), "making a view");
  setWord(dataView(view), VIEW_ATTR.Flags, ViewFlags.SECURED_ACCESS | ViewFlags.AUTO_RELEASE);
  view.copy(attributes.bytes, at);
  const base = getWord(dataView(view), VIEW_ATTR.ViewBase);
  systemLibrary().RtlMoveMemory(base, ownMemory(SIZE).fill(octet), SIZE);
  attributes.setValid("VIEW");
  return {
    attributes,
    [Symbol.dispose]: () => void alpc.NtAlpcDeletePortSection(port, 0, id),
  };
}
