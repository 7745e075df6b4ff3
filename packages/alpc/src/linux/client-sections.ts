import { AlpcError, type NtStatusName } from "../error.js";
import type { ViewAttribute } from "../message-attributes.js";
import { violation } from "../port-message.js";
import type { SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";
import type { LibC } from "./libc.js";
import type { MemoryMode } from "./mapped-memory.js";
import { PortSections, type SectionChannel } from "./port-sections.js";
import { SealedReceipts } from "./sealed-receipts.js";
import { type OfferedKind, openSection, type Section } from "./section.js";

export interface ClientSectionChannel extends SectionChannel {
  /** Asks the server for a section that holds `size` octets. Answers come in the order of the wishes. */
  sendSectionWanted(size: number): void;
}

export interface ClientSectionOptions {
  readonly libc: LibC;
  readonly mode: MemoryMode;
  /** Octets of the largest view that the server makes sections for. */
  readonly maxViewSize: number;
  /** How much the server may have us map. */
  readonly quota: SectionQuota;
}

interface Wish {
  readonly size: number;
  readonly resolve: (view: View) => void;
  readonly reject: (reason: AlpcError) => void;
}

/** The client's side: every section comes from the server. */
export class ClientSections extends PortSections {
  readonly #channel: ClientSectionChannel;
  readonly #options: ClientSectionOptions;
  readonly #wishes: Wish[] = [];
  readonly #sealed: SealedReceipts;

  constructor(channel: ClientSectionChannel, options: ClientSectionOptions, now?: () => number) {
    super(channel, now);
    this.#channel = channel;
    this.#options = options;
    this.#sealed = new SealedReceipts(options.libc, (sectionId) => channel.sendViewReleased(sectionId));
  }

  /** A view for a message to the server: at once if a section is free. Throws or rejects with AlpcError QUOTA_EXCEEDED, PORT_DISCONNECTED. */
  allocate(size: number): View | Promise<View> {
    return (
      this.#takeChecked(size) ??
      new Promise((resolve, reject) => {
        this.#want({ size, resolve, reject });
      })
    );
  }

  /** The same for who can't await: a view, or null if there will be one, or an error, when the server has answered. Throws AlpcError. */
  allocateLater(
    size: number,
    resolve: (view: View) => void,
    reject: (reason: AlpcError) => void,
  ): View | null {
    const view = this.#takeChecked(size);
    if (view === null) this.#want({ size, resolve, reject });
    return view;
  }

  /** A free section as a view, if there is one. Throws AlpcError. */
  #takeChecked(size: number): View | null {
    this.checkOpen();
    const { maxViewSize } = this.#options;
    if (size > maxViewSize) {
      throw new AlpcError(
        "QUOTA_EXCEEDED",
        `a view of ${size} octets; this server's sections hold up to ${maxViewSize}`,
      );
    }
    return this.takeFree(size, false);
  }

  /** The server hands over a section: one that we asked for, or one that it fills. Takes `fd` over. */
  onSection(sectionId: number, kind: OfferedKind, size: number, fd: number): void {
    if (kind === "sealed") {
      this.#sealed.onSection(sectionId, size, fd);
      return;
    }
    const { libc, mode, quota } = this.#options;
    const section = openSection(libc, fd, size, kind, mode);
    try {
      quota.charge(size);
    } catch (error) {
      section.close();
      throw error;
    }
    try {
      this.#accept(sectionId, section);
    } catch (error) {
      this.destroy(section);
      throw error;
    }
  }

  /** The server refuses the oldest wish: another free section of any size may do, or giving our free ones back. */
  onSectionRefused(status: NtStatusName, message: string): void {
    const wish = this.#wishes.shift();
    if (wish === undefined) throw violation("a section is refused that nobody wanted");
    const larger = this.takeFree(wish.size, true);
    if (larger !== null) wish.resolve(larger);
    else if (this.dropFree()) this.#want(wish);
    else wish.reject(new AlpcError(status, message));
  }

  override receive(attribute: ViewAttribute): View {
    const { sectionId, offset, size, isSealed } = attribute;
    return isSealed ? this.#sealed.receive(sectionId, offset, size) : super.receive(attribute);
  }

  override onSectionDropped(sectionId: number): void {
    if (!this.#sealed.onDropped(sectionId)) super.onSectionDropped(sectionId);
  }

  override close(): void {
    super.close();
    this.#sealed.close();
    for (const wish of this.#wishes.splice(0))
      wish.reject(new AlpcError("PORT_DISCONNECTED", "the connection is closed"));
  }

  protected override destroy(section: Section): void {
    this.#options.quota.release(section.size);
    section.close();
  }

  #accept(sectionId: number, section: Section): void {
    if (section.kind === "reply") {
      this.show(sectionId, section);
      return;
    }
    const [wish] = this.#wishes;
    if (wish === undefined || section.size < wish.size)
      throw violation(`section ${sectionId} is not what was asked for`);
    this.pool.add(sectionId, section);
    this.#wishes.shift();
    wish.resolve(this.lend(sectionId, section, wish.size));
  }

  #want(wish: Wish): void {
    this.#wishes.push(wish);
    this.#channel.sendSectionWanted(wish.size);
  }
}
