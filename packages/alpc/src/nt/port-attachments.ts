import { checkViewSize } from "../check-view-size.js";
import type { DataEntry } from "../data-information.js";
import { DataLoans } from "../data-loans.js";
import { AlpcError } from "../error.js";
import type { ReceivedHandle } from "../handle.js";
import type { PortLimits, SecurityContext } from "../kernel.js";
import { MAX_DATA_ENTRIES } from "../port-limits.js";
import { violation } from "../port-message.js";
import { noHandles } from "../received-message.js";
import type { SectionQuota } from "../section-quota.js";
import type { View } from "../view.js";
import { addressOf, type Handle } from "./alpc-library.js";
import type { AttributeBuffer } from "./attribute-buffer.js";
import type { CompletionPort } from "./completion-port.js";
import type { InboundMessage } from "./inbound-message.js";
import { HANDLE_ATTR, HANDLE_ATTR32 } from "./layout/attribute-structures.js";
import { HandleFlags, MessageInformation } from "./layout/flags.js";
import {
  ALPC_MESSAGE_HANDLE_INFORMATION,
  PORT_DATA_ENTRY,
  PORT_DATA_INFORMATION,
} from "./layout/port-structures.js";
import { handleKind, handleOf, NtHandle } from "./nt-handle.js";
import { check } from "./nt-status.js";
import { NtView } from "./nt-view.js";
import { NtSecurityContext } from "./security-context.js";
import { dataView, ownMemory, type QualityOfService } from "./structures.js";

export interface AttachmentTerms {
  readonly side: "client" | "server";
  readonly limits: PortLimits;
  /** Octets of the largest view; 0 if the connection has none. */
  readonly maxViewSize: number;
  /** Accounts of views until they are sent, and of views that have come, which handlers may keep: those hold no answers up. */
  readonly quota: SectionQuota;
  readonly receivedQuota: SectionQuota;
  /** Whether the other side takes handles, and whether this side does. */
  readonly sendsHandles: boolean;
  readonly acceptsHandles: boolean;
  readonly allowsDirectMemory: boolean;
  /** What the other side may do with the identities that it is told. */
  readonly quality: QualityOfService;
}

/** What travels beside the messages of one connection: views, handles, offers of memory. */
export class PortAttachments {
  readonly loans = new DataLoans();
  readonly #completion: CompletionPort;
  readonly #terms: AttachmentTerms;
  readonly #views = new Set<NtView>();
  readonly #contexts = new Set<NtSecurityContext>();
  readonly #indexes = new WeakMap<DataEntry, number>();

  constructor(completion: CompletionPort, terms: AttachmentTerms) {
    this.#completion = completion;
    this.#terms = terms;
  }

  /** Throws AlpcError: INVALID_PARAMETER, QUOTA_EXCEEDED. */
  allocateView(size: number): NtView {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new AlpcError("INVALID_PARAMETER", `a view of ${size} octets`);
    }
    return this.#view(size, this.#terms.quota);
  }

  /** Throws AlpcError INVALID_PARAMETER unless it is a view of this connection that is still ours. */
  ownView(view: View): NtView {
    if (view instanceof NtView && this.#views.has(view)) return view;
    throw new AlpcError("INVALID_PARAMETER", "the view is not one of this port's, or was sent before");
  }

  /** Throws AlpcError. */
  createSecurityContext(port: Handle): NtSecurityContext {
    const context = new NtSecurityContext(this.#completion.alpc, port, this.#terms.quality, (ended) =>
      this.#contexts.delete(ended),
    );
    this.#contexts.add(context);
    return context;
  }

  /** Throws AlpcError INVALID_PARAMETER unless it is a context of this connection's. */
  ownContext(context: SecurityContext): NtSecurityContext {
    if (context instanceof NtSecurityContext && this.#contexts.has(context)) return context;
    throw new AlpcError("INVALID_PARAMETER", "the security context is not one of this port's, or is over");
  }

  /** The values of handles that are to be sent. Throws AlpcError: NOT_SUPPORTED, QUOTA_EXCEEDED, INVALID_PARAMETER. */
  handlesToSend(handles: readonly { readonly fd: number }[]): readonly Handle[] {
    if (handles.length === 0) return [];
    const { sendsHandles, limits } = this.#terms;
    if (!sendsHandles) throw new AlpcError("NOT_SUPPORTED", "the other side does not accept handles");
    if (handles.length > limits.maxHandlesPerMessage) {
      throw new AlpcError(
        "QUOTA_EXCEEDED",
        `a message with ${handles.length} handles; at most ${limits.maxHandlesPerMessage}`,
      );
    }
    return handles.map(({ fd }) => handleOf(fd));
  }

  /** HANDLE for a send; answers what must stay referenced until the call returns. Throws AlpcError. */
  describeHandles(
    attributes: AttributeBuffer,
    handles: readonly { readonly fd: number }[],
  ): Uint8Array | null {
    const values = this.handlesToSend(handles);
    if (values.length === 0) return null;
    attributes.clear("HANDLE");
    attributes.setValid("HANDLE");
    const at = attributes.offset("HANDLE");
    const [single] = values;
    if (values.length === 1 && single !== undefined) {
      attributes.data.setUint32(at + HANDLE_ATTR.Flags, HandleFlags.SAME_ACCESS, true);
      attributes.setWord(at + HANDLE_ATTR.Handle, single);
      return null;
    }
    const list = ownMemory(values.length * HANDLE_ATTR32.size);
    const view = dataView(list);
    values.forEach((value, i) => {
      view.setUint32(i * HANDLE_ATTR32.size + HANDLE_ATTR32.Flags, HandleFlags.SAME_ACCESS, true);
      view.setUint32(i * HANDLE_ATTR32.size + HANDLE_ATTR32.Handle, value, true);
    });
    attributes.data.setUint32(at + HANDLE_ATTR.Flags, HandleFlags.INDIRECT, true);
    attributes.setWord(at + HANDLE_ATTR.Handle, addressOf(list));
    attributes.data.setUint32(at + HANDLE_ATTR.ObjectType, values.length, true);
    return list;
  }

  /** Entries for the memory that a request offers. Throws AlpcError. */
  describeMemory(buffers: readonly Buffer[]): DataEntry[] {
    if (buffers.length === 0) return [];
    if (!this.#terms.allowsDirectMemory || this.#terms.side !== "client") {
      throw new AlpcError("NOT_SUPPORTED", "the other side does not use offered memory");
    }
    if (buffers.length > MAX_DATA_ENTRIES) {
      throw new AlpcError(
        "QUOTA_EXCEEDED",
        `${buffers.length} data entries; a message has up to ${MAX_DATA_ENTRIES}`,
      );
    }
    // Asking for `buffer` moves a small array out of V8's heap, to where it stays.
    return buffers.map((bytes) => {
      void bytes.buffer;
      return { address: BigInt(bytes.length === 0 ? 0 : addressOf(bytes)), size: bytes.length };
    });
  }

  /**
   * Copies the view of a message out; `size` is what the sender says, null if it says nothing: then the whole view, which is
   * a multiple of the page. Throws AlpcError: INVALID_MESSAGE, QUOTA_EXCEEDED.
   */
  importView(message: InboundMessage, size: number | null): NtView | null {
    if (message.view === null) return null;
    const length = size ?? message.view.size;
    if (length > message.view.size) throw violation(`${length} octets in a view of ${message.view.size}`);
    const view = this.#view(length, this.#terms.receivedQuota);
    if (length > 0) this.#completion.system.RtlMoveMemory(view.bytes, message.view.base, length);
    return view;
  }

  /** Takes the handles of an open message over. Throws AlpcError INVALID_MESSAGE. */
  importHandles(port: Handle, message: InboundMessage): readonly ReceivedHandle[] {
    const count = message.handleCount;
    if (count === 0) return noHandles;
    const { acceptsHandles, limits } = this.#terms;
    if (!acceptsHandles || count > limits.maxHandlesPerMessage) {
      throw violation(`${count} handles in a message`);
    }
    const { alpc, system } = this.#completion;
    const handles: NtHandle[] = [];
    try {
      for (let index = 0; index < count; index++) {
        const information = ownMemory(ALPC_MESSAGE_HANDLE_INFORMATION.size);
        const view = dataView(information);
        view.setUint32(ALPC_MESSAGE_HANDLE_INFORMATION.Index, index, true);
        const status = alpc.NtAlpcQueryInformationMessage(
          port,
          message.header,
          MessageInformation.HANDLE,
          information,
          information.length,
          null,
        );
        check(status, `taking handle ${index} of a message`);
        const handle = view.getUint32(ALPC_MESSAGE_HANDLE_INFORMATION.Handle, true);
        const type = view.getUint32(ALPC_MESSAGE_HANDLE_INFORMATION.ObjectType, true);
        handles.push(new NtHandle(handleKind(system, handle, type), handle, (owned) => alpc.NtClose(owned)));
      }
    } catch (error) {
      for (const handle of handles) handle.close();
      throw error;
    }
    return handles;
  }

  /** PORT_DATA_INFORMATION of a request; `body` is what follows the header. Throws AlpcError INVALID_MESSAGE. */
  importMemory(message: InboundMessage, body: Buffer, requestId: number): readonly DataEntry[] {
    const at = message.dataInfoOffset - message.header.length;
    if (message.dataInfoOffset === 0) return [];
    if (this.#terms.side !== "server" || !this.#terms.allowsDirectMemory) throw violation("data entries");
    if (at < 0 || at + PORT_DATA_INFORMATION.size > body.length) {
      throw violation(`DataInfoOffset ${message.dataInfoOffset}`);
    }
    const count = body.readUInt32LE(at + PORT_DATA_INFORMATION.Count);
    const start = at + PORT_DATA_INFORMATION.size;
    if (count > MAX_DATA_ENTRIES || start + count * PORT_DATA_ENTRY.size > body.length) {
      throw violation(`${count} data entries`);
    }
    const entries = Array.from({ length: count }, (_, i) => ({
      address: body.readBigUInt64LE(start + i * PORT_DATA_ENTRY.size + PORT_DATA_ENTRY.Base),
      size: body.readUInt32LE(start + i * PORT_DATA_ENTRY.size + PORT_DATA_ENTRY.Size),
    }));
    entries.forEach((entry, i) => {
      this.#indexes.set(entry, i);
    });
    return this.loans.borrow(requestId, entries);
  }

  /** Which of its request's entries this is. */
  indexOf(entry: DataEntry): number {
    return this.#indexes.get(entry) ?? 0;
  }

  #view(size: number, quota: SectionQuota): NtView {
    checkViewSize(size, this.#terms.maxViewSize);
    quota.charge(size);
    const view = new NtView(size, (released) => {
      this.#views.delete(released);
      quota.release(released.size);
    });
    this.#views.add(view);
    return view;
  }

  /** The connection is over: views are detached, memory of ours is kept until the other side has stopped. */
  close(): void {
    for (const view of this.#views) view.release();
    this.loans.close();
  }

  /** Nothing more is sent, and the port is about to close. */
  endContexts(): void {
    for (const context of this.#contexts) context[Symbol.dispose]();
  }
}

/** Gives the mapping of a received view back. */
export function releaseReceivedView(
  { alpc }: CompletionPort,
  ports: readonly Handle[],
  message: InboundMessage,
): void {
  if (message.view === null) return;
  for (const port of ports) {
    if (port >= 0 && alpc.NtAlpcDeleteSectionView(port, 0, message.view.base) === 0) return;
  }
}

/** Ends a message that is owed an end and gets no answer; what is over already stays so. */
export function finishMessage({ alpc }: CompletionPort, port: Handle, message: InboundMessage): void {
  if (message.isOwed && message.context !== null) alpc.NtAlpcCancelMessage(port, 0, message.context.bytes);
  message.isOwed = false;
}
