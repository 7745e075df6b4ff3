import { checkViewSize } from "../check-view-size.js";
import { AlpcError, isAlpcError } from "../error.js";
import type { ViewAttribute } from "../message-attributes.js";
import { SealedView } from "../sealed-view.js";
import { type ConnectionQuotas, SectionQuota } from "../section-quota.js";
import { SLICE_SIZE, VIEWS_IN_FLIGHT } from "../transfer-thresholds.js";
import type { View } from "../view.js";
import { lineUp, type ViewWish } from "../view-queue.js";
import type { LibC } from "./libc.js";
import type { MemoryMode } from "./mapped-memory.js";
import { PortSections, type SectionChannel } from "./port-sections.js";
import { sealedMemoryOf } from "./seal-memory.js";
import { SealedOffers } from "./sealed-offers.js";
import { makeSection, type OfferedKind, type Section, type SectionKind } from "./section.js";
import { sectionSizeFor } from "./section-pool.js";

export interface ServerSectionChannel extends SectionChannel {
  /** Hands the client a section to map. Takes `fd` over: it is closed when the client has it, or the connection ends. */
  sendSection(sectionId: number, kind: OfferedKind, size: number, fd: number): void;
  /** Answers a client's wish: it gets no section, for this reason. */
  sendSectionRefused(reason: AlpcError): void;
}

export interface ServerSectionOptions {
  readonly libc: LibC;
  readonly mode: MemoryMode;
  /** Octets of one section. */
  readonly maxViewSize: number;
  readonly quotas: ConnectionQuotas;
}

/** Sections of one connection in each direction: each is a mapping, of which a process has 65,530 by default (vm.max_map_count). */
const MAX_SECTIONS = 128;

/** The server's side: it makes all sections, those that it fills when it needs one, and those that the client asks for. */
export class ServerSections extends PortSections<ViewWish> {
  readonly #channel: ServerSectionChannel;
  readonly #options: ServerSectionOptions;
  readonly #sealed: SealedOffers;
  #lastId = 0;

  constructor(channel: ServerSectionChannel, options: ServerSectionOptions, now?: () => number) {
    super(channel, now);
    this.#channel = channel;
    this.#options = options;
    const { responses } = options.quotas;
    // Views of sealed memory may never come back: some of the share is kept for those that do.
    const kept = Math.min(responses.limit / 2, VIEWS_IN_FLIGHT * SLICE_SIZE);
    const quota = new SectionQuota(responses.limit - kept, "the connection's sealed memory", responses);
    this.#sealed = new SealedOffers(channel, quota, () => ++this.#lastId);
  }

  /** A view for a message to the client, when there is one. Throws or rejects with AlpcError QUOTA_EXCEEDED, INSUFFICIENT_RESOURCES, PORT_DISCONNECTED. */
  allocate(size: number, waits = true): View | Promise<View> {
    this.checkOpen();
    checkViewSize(size, this.#options.maxViewSize);
    const view = this.waiting.oldest === undefined ? this.#allocateNow(size) : null;
    if (view !== null) return view;
    if (!waits) throw new AlpcError("QUOTA_EXCEEDED", "the connection's sections for responses are in use");
    return lineUp(this.waiting, size);
  }

  /** See CommunicationPort.sealedView. */
  sealedView(bytes: Uint8Array): View | null {
    this.checkOpen();
    const memory = sealedMemoryOf(bytes);
    if (memory === null) return null;
    try {
      return this.#sealed.view(memory, bytes);
    } catch (error) {
      if (isAlpcError(error)) return null;
      throw error;
    }
  }

  override send(view: View): ViewAttribute {
    if (!(view instanceof SealedView) || view.owner !== this.#sealed) return super.send(view);
    const { sectionId, size, offset } = view;
    view.release();
    return { sectionId, size, offset, isSealed: true };
  }

  override onViewReleased(sectionId: number): void {
    if (!this.#sealed.onReleased(sectionId)) super.onViewReleased(sectionId);
  }

  override close(): void {
    super.close();
    this.#sealed.close();
  }

  /** The client asks for a section that holds `size` octets; the channel gets the answer. */
  onSectionWanted(size: number): void {
    try {
      checkViewSize(size, this.#options.maxViewSize);
      const section = this.#make(size, "request");
      this.show(this.#give(section), section);
    } catch (error) {
      if (!(error instanceof AlpcError)) throw error;
      this.#channel.sendSectionRefused(error);
    }
  }

  protected override allocateFor({ size }: ViewWish): View | null {
    return this.#allocateNow(size);
  }

  protected override destroy(section: Section): void {
    this.#quotaOf(section.kind).release(section.size);
    section.close();
  }

  /** Null if sections are used up and some of them will come back. Throws AlpcError. */
  #allocateNow(size: number): View | null {
    const free = this.takeFree(size, false);
    if (free !== null) return free;
    let section: Section;
    try {
      section = this.#make(size, "reply");
    } catch (error) {
      const larger = this.takeFree(size, true);
      if (larger !== null) return larger;
      if (this.dropFree()) return this.#allocateNow(size);
      if (this.counts.own > 0) return null;
      throw error;
    }
    const id = this.#give(section);
    this.pool.add(id, section);
    return this.lend(id, section, size);
  }

  #give(section: Section): number {
    const id = ++this.#lastId;
    try {
      this.#channel.sendSection(id, section.kind, section.size, section.takeDescriptor());
    } catch (error) {
      this.destroy(section);
      throw error;
    }
    return id;
  }

  #make(size: number, kind: SectionKind): Section {
    const { libc, mode, maxViewSize } = this.#options;
    const { own, shown } = this.counts;
    if ((kind === "reply" ? own : shown) >= MAX_SECTIONS) {
      throw new AlpcError("QUOTA_EXCEEDED", `the connection has its ${MAX_SECTIONS} ${kind} sections`);
    }
    const rounded = Math.min(sectionSizeFor(size), maxViewSize);
    const quota = this.#quotaOf(kind);
    quota.charge(rounded);
    try {
      return makeSection(libc, rounded, kind, mode);
    } catch (error) {
      quota.release(rounded);
      throw error;
    }
  }

  #quotaOf(kind: SectionKind): SectionQuota {
    const { requests, responses } = this.#options.quotas;
    return kind === "request" ? requests : responses;
  }
}
