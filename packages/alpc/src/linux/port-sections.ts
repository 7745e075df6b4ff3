import { AlpcError } from "../error.js";
import type { ViewAttribute } from "../message-attributes.js";
import { violation } from "../port-message.js";
import type { View } from "../view.js";
import { ViewQueue, type ViewWish } from "../view-queue.js";
import { PortView } from "./port-view.js";
import type { Section } from "./section.js";
import { SectionPool } from "./section-pool.js";

/** What the sections of a connection have to tell the other side. Messages keep their order, among themselves and with those that carry views. */
export interface SectionChannel {
  /** The view of this section that came with a message is no longer needed. */
  sendViewReleased(sectionId: number): void;
  /** The other side is to unmap this section, which is ours to fill and free. */
  sendSectionDropped(sectionId: number): void;
}

/** A section that has been idle for so long goes, milliseconds. */
export const SECTION_IDLE_TIME = 10_000;

/**
 * The sections of one side of a connection: those that it fills (server: reply, client: request sections), from a pool,
 * and those that the other side fills and it is shown. How sections come to be differs by side: see subclasses.
 * Whatever the other side says wrong throws AlpcError INVALID_MESSAGE, upon which the connection is to be closed.
 */
export abstract class PortSections<W extends ViewWish> {
  protected readonly pool = new SectionPool<Section>();
  protected readonly waiting = new ViewQueue<W>((wish) => this.allocateFor(wish));
  protected readonly channel: SectionChannel;
  readonly #shown = new Map<number, { readonly section: Section; view: PortView | null }>();
  readonly #own = new Set<PortView>();
  /** Who waits for a view that was sent. */
  readonly #awaited = new Map<number, () => void>();
  readonly #now: () => number;
  #trimTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(channel: SectionChannel, now: () => number = performance.now.bind(performance)) {
    this.channel = channel;
    this.#now = now;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sections that exist: those that this side fills, and those that the other does. */
  get counts(): { readonly own: number; readonly shown: number } {
    return { own: this.pool.size, shown: this.#shown.size };
  }

  /** Views that the other side has; the rest of those in use are still to be sent. */
  protected get sentViews(): number {
    return this.pool.size - this.#own.size;
  }

  /** Nobody waits for this promise of a view any more. */
  withdraw(view: Promise<View>): void {
    this.waiting.withdrawPromise(view);
    this.serve();
  }

  /**
   * Hands a view that was allocated here over to the other side: it is detached, and what goes into the VIEW attribute
   * is returned. Throws AlpcError INVALID_PARAMETER if it is not (or no longer) a view of ours to send.
   */
  send(view: View): ViewAttribute {
    if (!(view instanceof PortView) || !this.#own.delete(view)) {
      throw new AlpcError(
        "INVALID_PARAMETER",
        "the view was not allocated on this port, or has been sent or released",
      );
    }
    view.end();
    if (view.onReturned !== null) this.#awaited.set(view.sectionId, view.onReturned);
    return { sectionId: view.sectionId, size: view.size, offset: 0, isSealed: false };
  }

  /** A VIEW attribute came: the view for the handler. */
  receive({ sectionId, size, isSealed }: ViewAttribute): View {
    if (isSealed) throw violation(`a sealed view of section ${sectionId}`);
    const shown = this.#shown.get(sectionId);
    if (shown === undefined) throw violation(`a view of section ${sectionId}, which does not exist`);
    if (shown.view !== null) throw violation(`a view of section ${sectionId}, which is in use`);
    if (size > shown.section.size)
      throw violation(`a view of ${size} octets in a section of ${shown.section.size}`);
    shown.view = new PortView(sectionId, shown.section, size, () => {
      shown.view = null;
      if (!this.#isClosed) this.channel.sendViewReleased(sectionId);
    });
    return shown.view;
  }

  /** The other side has released a view that we sent. */
  onViewReleased(sectionId: number): void {
    this.pool.release(sectionId, this.#now());
    const onReturned = this.#awaited.get(sectionId);
    if (onReturned !== undefined) {
      this.#awaited.delete(sectionId);
      onReturned();
    }
    this.#freed();
  }

  /** The other side needs a section no longer, which it fills. */
  onSectionDropped(sectionId: number): void {
    const shown = this.#shown.get(sectionId);
    if (shown === undefined || shown.view !== null)
      throw violation(`section ${sectionId} is dropped but unknown or in use`);
    this.#shown.delete(sectionId);
    this.destroy(shown.section);
  }

  /** Detaches all views, unmaps all sections. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#trimTimer !== null) clearTimeout(this.#trimTimer);
    for (const { section, view } of this.#shown.values()) {
      view?.end();
      this.destroy(section);
    }
    this.#shown.clear();
    for (const view of this.#own) view.end();
    this.#own.clear();
    for (const onReturned of this.#awaited.values()) onReturned();
    this.#awaited.clear();
    for (const section of this.pool.clear()) this.destroy(section);
    this.waiting.clear(disconnected());
  }

  /** A view for the one who has waited longest; null if views have to come back first. Throws AlpcError if that would not help. */
  protected abstract allocateFor(wish: W): View | null;

  /** Something may have become free for those who wait. */
  protected serve(): void {
    this.waiting.serve();
  }

  /** A section is gone from the tables. */
  protected abstract destroy(section: Section): void;

  protected checkOpen(): void {
    if (this.#isClosed) throw disconnected();
  }

  /** A section that the other side fills is there. */
  protected show(sectionId: number, section: Section): void {
    if (this.#shown.has(sectionId)) throw violation(`section ${sectionId} exists already`);
    this.#shown.set(sectionId, { section, view: null });
  }

  /** A free section of ours that holds `size` octets, as a view; null if there is none (see SectionPool.acquire). */
  protected takeFree(size: number, anySize: boolean): PortView | null {
    const found = this.pool.acquire(size, anySize);
    return found === null ? null : this.lend(found.id, found.section, size);
  }

  /** A view for our user of a section that is in use in the pool. */
  protected lend(id: number, section: Section, size: number): PortView {
    const view = new PortView(id, section, size, (released) => {
      this.#own.delete(released);
      if (this.#isClosed) return;
      this.pool.release(id, this.#now());
      this.#freed();
    });
    this.#own.add(view);
    return view;
  }

  /** A section that has been made for nobody in particular. */
  protected addFree(id: number, section: Section): void {
    this.pool.add(id, section);
    this.pool.release(id, this.#now());
    this.#freed();
  }

  /** Lets all free sections of ours go, to make room under a limit. False if there were none. */
  protected dropFree(before: number = Number.POSITIVE_INFINITY): boolean {
    const dropped = this.pool.trim(before);
    for (const { id, section } of dropped) {
      this.channel.sendSectionDropped(id);
      this.destroy(section);
    }
    return dropped.length > 0;
  }

  #freed(): void {
    this.serve();
    this.#scheduleTrim();
  }

  #scheduleTrim(): void {
    if (this.#trimTimer !== null || this.#isClosed) return;
    this.#trimTimer = setTimeout(() => {
      this.#trimTimer = null;
      this.dropFree(this.#now() - SECTION_IDLE_TIME);
      if (this.pool.size > 0) this.#scheduleTrim();
    }, SECTION_IDLE_TIME);
    this.#trimTimer.unref();
  }
}

function disconnected(): AlpcError {
  return new AlpcError("PORT_DISCONNECTED", "the connection is closed");
}
