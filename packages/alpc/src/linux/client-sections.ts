import { AlpcError, type NtStatusName } from "../error.js";
import { violation } from "../port-message.js";
import type { SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";
import type { LibC } from "./libc.js";
import type { MemoryMode } from "./mapped-memory.js";
import { PortSections, type SectionChannel } from "./port-sections.js";
import { openSection, type Section, type SectionKind } from "./section.js";

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

  constructor(channel: ClientSectionChannel, options: ClientSectionOptions, now?: () => number) {
    super(channel, now);
    this.#channel = channel;
    this.#options = options;
  }

  /** A view for a message to the server: at once if a section is free. Throws or rejects with AlpcError QUOTA_EXCEEDED, PORT_DISCONNECTED. */
  allocate(size: number): View | Promise<View> {
    this.checkOpen();
    const { maxViewSize } = this.#options;
    if (size > maxViewSize) {
      throw new AlpcError(
        "QUOTA_EXCEEDED",
        `a view of ${size} octets; this server's sections hold up to ${maxViewSize}`,
      );
    }
    return (
      this.takeFree(size, false) ??
      new Promise((resolve, reject) => {
        this.#want({ size, resolve, reject });
      })
    );
  }

  /** The server hands over a section: one that we asked for, or one that it fills. Takes `fd` over. */
  onSection(sectionId: number, kind: SectionKind, size: number, fd: number): void {
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

  override close(): void {
    super.close();
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
