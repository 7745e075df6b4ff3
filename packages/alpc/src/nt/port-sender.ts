import type { DataEntry } from "../data-information.js";
import { AlpcError } from "../error.js";
import { PORT_MESSAGE_SIZE, type SendAttributes } from "../message.js";
import type { Handle } from "./alpc-library.js";
import type { CompletionPort } from "./completion-port.js";
import { PORT_MESSAGE } from "./layout/port-structures.js";
import type { MessageTrailer } from "./message-trailer.js";
import { isSuccess } from "./nt-status.js";
import { type NativeIds, OutboundMessage } from "./outbound-message.js";
import type { PortAttachments } from "./port-attachments.js";
import { SectionTransfer } from "./section-transfer.js";
import { keeping } from "./structures.js";

/** One at a time per thread: a send is over when the call returns. */
let outbound: OutboundMessage | undefined;

export interface Sending {
  /** MessageFlags. */
  readonly flags: number;
  readonly ids: NativeIds;
  /** source[0x28..length) is the payload. */
  readonly source: Buffer;
  readonly length: number;
  readonly trailer: MessageTrailer | null;
  /** 0: none. */
  readonly messageContext: number;
  readonly attributes: SendAttributes | null;
  readonly entries: readonly DataEntry[];
}

/** What became of it: NTSTATUS, and the id that the system wrote into the message, 0 if it did not. */
export interface SendOutcome {
  readonly status: number;
  readonly nativeId: number;
}

/** Sends on one communication port. */
export class PortSender {
  readonly #completion: CompletionPort;
  readonly #port: Handle;
  readonly #maxLength: number;

  /** `maxLength` is the port's MaxMessageLength, octets. */
  constructor(completion: CompletionPort, port: Handle, maxLength: number) {
    this.#completion = completion;
    this.#port = port;
    this.#maxLength = maxLength;
  }

  /** NtAlpcSendWaitReceivePort. The view is ours again if the status is a failure. Throws AlpcError for what cannot be sent at all. */
  send(sending: Sending, attachments: PortAttachments | null): SendOutcome {
    outbound ??= new OutboundMessage();
    const { source, length, ids, trailer, entries, attributes } = sending;
    outbound.compose(source, length, ids, this.#maxLength, trailer, entries);
    if (sending.messageContext !== 0) outbound.setMessageContext(sending.messageContext);
    let handles: Uint8Array | null = null;
    let transfer: SectionTransfer | null = null;
    if (attributes !== null && attachments !== null) {
      const { securityContext } = attributes;
      if (securityContext !== undefined) {
        attachments.ownContext(securityContext).describe(outbound.attributes);
      }
      const view = attributes.view === undefined ? null : attachments.ownView(attributes.view);
      handles = attachments.describeHandles(outbound.attributes, attributes.handles ?? []);
      if (view !== null) {
        transfer = SectionTransfer.fill(this.#completion, this.#port, view.bytes);
        transfer.describe(outbound.attributes);
      }
    }
    const { bytes } = outbound;
    const sent = outbound.attributes.sent;
    const { alpc } = this.#completion;
    const status = keeping([handles], () =>
      alpc.NtAlpcSendWaitReceivePort(this.#port, sending.flags, bytes, sent, null, null, null, null),
    );
    transfer?.end(isSuccess(status));
    const nativeId = ids.nativeId === 0 ? outbound.bytes.readUInt32LE(PORT_MESSAGE.MessageId) : 0;
    return { status, nativeId: isSuccess(status) ? nativeId : 0 };
  }
}

/** Throws AlpcError: PORT_MESSAGE_TOO_LONG, INVALID_PARAMETER. `maxPayload` is what the port carries, octets. */
export function checkLength(bytes: Buffer, length: number, maxPayload: number): void {
  if (length - PORT_MESSAGE_SIZE > maxPayload) {
    throw new AlpcError(
      "PORT_MESSAGE_TOO_LONG",
      `a message of ${length} octets; this port carries up to ${maxPayload + PORT_MESSAGE_SIZE}, larger data goes into a view`,
    );
  }
  if (length < PORT_MESSAGE_SIZE || length > bytes.length) {
    throw new AlpcError("INVALID_PARAMETER", `a message of ${length} octets in a buffer of ${bytes.length}`);
  }
}

/** A source without payload. */
export const emptyMessage = Buffer.alloc(PORT_MESSAGE_SIZE);
