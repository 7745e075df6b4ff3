import type { Handle } from "./alpc-library.js";
import { type AttributeBuffer, getWord, setWord } from "./attribute-buffer.js";
import type { CompletionPort } from "./completion-port.js";
import { VIEW_ATTR } from "./layout/attribute-structures.js";
import { SectionFlags, ViewFlags } from "./layout/flags.js";
import { check, isSuccess } from "./nt-status.js";
import { dataView, ownMemory } from "./structures.js";

const PAGE = 0x1000;

/** A secured view of a section of its own, on its way to the other side. */
export class SectionTransfer {
  readonly #completion: CompletionPort;
  readonly #port: Handle;
  readonly #section: Handle;
  readonly #view: Buffer;

  private constructor(completion: CompletionPort, port: Handle, section: Handle, view: Buffer) {
    this.#completion = completion;
    this.#port = port;
    this.#section = section;
    this.#view = view;
  }

  /** Makes section and view at the port that will send, and fills them. Throws AlpcError. */
  static fill(completion: CompletionPort, port: Handle, bytes: Uint8Array): SectionTransfer {
    const { alpc, system } = completion;
    const size = Math.max(bytes.length, 1);
    const slots = ownMemory(16);
    check(
      alpc.NtAlpcCreatePortSection(port, SectionFlags.SECURE, 0, size, slots, slots.subarray(8)),
      `making a section of ${size} octets`,
    );
    const section = getWord(dataView(slots), 0);
    const view = ownMemory(VIEW_ATTR.size);
    setWord(dataView(view), VIEW_ATTR.SectionHandle, section);
    setWord(dataView(view), VIEW_ATTR.ViewSize, size);
    const status = alpc.NtAlpcCreateSectionView(port, 0, view);
    if (!isSuccess(status)) alpc.NtAlpcDeletePortSection(port, 0, section);
    check(status, `making a view of ${size} octets`);
    const base = getWord(dataView(view), VIEW_ATTR.ViewBase);
    if (bytes.length > 0) system.RtlMoveMemory(base, bytes, bytes.length);
    // Every page of a secured view must have been touched: those behind the data too.
    const zero = ownMemory(1);
    const pages = getWord(dataView(view), VIEW_ATTR.ViewSize);
    for (let at = Math.ceil(bytes.length / PAGE) * PAGE; at < pages; at += PAGE) {
      system.RtlMoveMemory(base + at, zero, 1);
    }
    return new SectionTransfer(completion, port, section, view);
  }

  /** VIEW for the send: the view passes with it. */
  describe(attributes: AttributeBuffer): void {
    const at = attributes.offset("VIEW");
    this.#view.copy(attributes.bytes, at);
    attributes.data.setUint32(at + VIEW_ATTR.Flags, ViewFlags.SECURED_ACCESS | ViewFlags.AUTO_RELEASE, true);
    attributes.setValid("VIEW");
  }

  /** After the send: a view that was sent keeps the section alive, one that was not goes with it. */
  end(wasSent: boolean): void {
    const { alpc } = this.#completion;
    if (!wasSent) {
      alpc.NtAlpcDeleteSectionView(this.#port, 0, getWord(dataView(this.#view), VIEW_ATTR.ViewBase));
    }
    alpc.NtAlpcDeletePortSection(this.#port, 0, this.#section);
  }
}
