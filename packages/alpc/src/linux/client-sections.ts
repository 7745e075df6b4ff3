import { checkViewSize } from "../check-view-size.js";
import { AlpcError, type NtStatusName } from "../error.js";
import type { ViewAttribute } from "../message-attributes.js";
import { violation } from "../port-message.js";
import type { SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";
import type { ViewOutcome, ViewWish } from "../view-queue.js";
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

interface Wish extends ViewWish {
  /** Whether it may wait for views to come back. */
  readonly waits: boolean;
  /** The thread does nothing else until then, so that only views that the server has come back. */
  readonly isBlocking: boolean;
  /** The server owes an answer. */
  isAsked: boolean;
  /** Why the server has no section for it, when it has said so. */
  refusal: AlpcError | null;
}

export type Withdraw = () => void;

/** The client's side: every section comes from the server. */
export class ClientSections extends PortSections<Wish> {
  readonly #channel: ClientSectionChannel;
  readonly #options: ClientSectionOptions;
  /** Whom the server owes an answer. */
  readonly #asked: Wish[] = [];
  readonly #sealed: SealedReceipts;

  constructor(channel: ClientSectionChannel, options: ClientSectionOptions, now?: () => number) {
    super(channel, now);
    this.#channel = channel;
    this.#options = options;
    this.#sealed = new SealedReceipts(options.libc, (sectionId) => channel.sendViewReleased(sectionId));
  }

  /** A view for a message to the server: see CommunicationPort.allocateView. */
  allocate(size: number, waits = true): View | Promise<View> {
    return (
      this.#takeChecked(size, false) ??
      this.waiting.promise((outcome) => this.#want(size, waits, false, outcome))
    );
  }

  /** The same for who can't await: a view, or what takes the wish back for one, of which `outcome` is told. Throws AlpcError. */
  allocateLater(size: number, outcome: ViewOutcome): View | Withdraw {
    const view = this.#takeChecked(size, true);
    if (view !== null) return view;
    const wish = this.#want(size, true, true, outcome);
    return () => {
      this.waiting.withdraw(wish);
      this.serve();
    };
  }

  /** A free section as a view, if there is one. Throws AlpcError. */
  #takeChecked(size: number, isBlocking: boolean): View | null {
    this.checkOpen();
    checkViewSize(size, this.#options.maxViewSize);
    const isShort = (this.waiting.oldest?.refusal ?? null) !== null;
    return isShort && !isBlocking ? null : this.takeFree(size, isShort);
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

  /** The server refuses the oldest of the wishes that it owes an answer. */
  onSectionRefused(status: NtStatusName, message: string): void {
    const wish = this.#asked.shift();
    if (wish === undefined) throw violation("a section is refused that nobody wanted");
    const refusal = new AlpcError(status, message);
    wish.isAsked = false;
    wish.refusal = refusal;
    if (!wish.waits && wish !== this.waiting.oldest) this.waiting.refuse(wish, refusal);
    this.serve();
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
  }

  /** At once for who blocks, but for others not before they could use a view: until then, it is free for who blocks. */
  protected override serve(): void {
    const { oldest } = this.waiting;
    if (oldest === undefined) return;
    if (oldest.isBlocking) this.waiting.serveOldest();
    queueMicrotask(() => this.waiting.serve());
  }

  protected override allocateFor(wish: Wish): View | null {
    const view = this.takeFree(wish.size, wish.refusal !== null);
    if (view !== null || wish.isAsked) return view;
    // Without our free sections, which are too small, the server may have one that is not.
    if (wish.refusal === null || this.dropFree()) {
      this.#ask(wish);
      return null;
    }
    const out = wish.isBlocking ? this.sentViews : this.counts.own;
    if (wish.waits && (out > 0 || this.#asked.length > 0)) return null;
    throw wish.refusal;
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
    const [wish] = this.#asked;
    if (wish === undefined || section.size < wish.size)
      throw violation(`section ${sectionId} is not what was asked for`);
    this.#asked.shift();
    wish.isAsked = false;
    this.addFree(sectionId, section);
  }

  #want(size: number, waits: boolean, isBlocking: boolean, outcome: ViewOutcome): Wish {
    const refusal = this.waiting.oldest?.refusal ?? null;
    const wish: Wish = { size, waits, isBlocking, ...outcome, isAsked: false, refusal: null };
    if (refusal !== null && !waits) {
      wish.refuse(refusal);
      return wish;
    }
    if (isBlocking) this.waiting.addFirst(wish);
    else this.waiting.add(wish);
    // While others wait for what they were refused, asking for more is of no use.
    if (refusal === null || isBlocking) this.#ask(wish);
    return wish;
  }

  #ask(wish: Wish): void {
    wish.isAsked = true;
    this.#asked.push(wish);
    this.#channel.sendSectionWanted(wish.size);
  }
}
