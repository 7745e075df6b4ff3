import { PORT_MESSAGE_SIZE } from "../message.js";
import { AttributeBuffer, getWord } from "./attribute-buffer.js";
import { CONTEXT_ATTR, HANDLE_ATTR, TOKEN_ATTR, VIEW_ATTR } from "./layout/attribute-structures.js";
import { TypeFlags, ViewFlags } from "./layout/flags.js";
import { PORT_MESSAGE } from "./layout/port-structures.js";
import type { TokenIds } from "./nt-token.js";
import type { RingRecord } from "./receive-ring.js";
import { dataView } from "./structures.js";

/** A message out of the ring, read from a copy. Header and attributes are what the system wrote; the payload is the sender's. */
export class InboundMessage {
  /** PORT_MESSAGE, by which the system knows the message while it is open. */
  readonly header: Buffer;
  /** PORT_MESSAGE.Type without flags. */
  readonly kind: number;
  /** The receiver owes it an end (CONTINUATION_REQUIRED); false once it has had one. */
  isOwed: boolean;
  /** It waits for its answer among the open requests of its port. */
  isKept = false;
  readonly nativeId: number;
  readonly nativeCallbackId: number;
  readonly pid: number;
  readonly dataInfoOffset: number;
  readonly tokenIds: TokenIds | null;
  /** CONTEXT: of whom the message is, and by what it can be cancelled. Null if there is none. */
  readonly context: {
    readonly portContext: number;
    readonly messageContext: number;
    readonly bytes: Buffer;
  } | null;
  readonly view: { readonly base: number; readonly size: number; readonly isSecured: boolean } | null;
  readonly handleCount: number;

  constructor(record: RingRecord) {
    this.header = Buffer.allocUnsafeSlow(PORT_MESSAGE_SIZE);
    record.message.copy(this.header, 0, 0, PORT_MESSAGE_SIZE);
    const header = dataView(this.header);
    const type = header.getUint16(PORT_MESSAGE.Type, true);
    this.kind = type & TypeFlags.KIND;
    this.isOwed = (type & TypeFlags.CONTINUATION_REQUIRED) !== 0;
    this.nativeId = header.getUint32(PORT_MESSAGE.MessageId, true);
    this.nativeCallbackId = header.getUint32(PORT_MESSAGE.CallbackId, true);
    this.pid = getWord(header, PORT_MESSAGE.UniqueProcess);
    this.dataInfoOffset = header.getUint16(PORT_MESSAGE.DataInfoOffset, true);
    const attributes = receivedAttributes;
    attributes.bytes.set(record.attributes.subarray(0, attributes.bytes.length));
    const { data } = attributes;
    const token = attributes.isValid("TOKEN") ? attributes.offset("TOKEN") : null;
    this.tokenIds =
      token === null
        ? null
        : {
            tokenId: data.getBigUint64(token + TOKEN_ATTR.TokenId, true),
            authenticationId: data.getBigUint64(token + TOKEN_ATTR.AuthenticationId, true),
            modifiedId: data.getBigUint64(token + TOKEN_ATTR.ModifiedId, true),
          };
    const context = attributes.isValid("CONTEXT") ? attributes.offset("CONTEXT") : null;
    this.context =
      context === null
        ? null
        : {
            portContext: getWord(data, context + CONTEXT_ATTR.PortContext),
            messageContext: getWord(data, context + CONTEXT_ATTR.MessageContext),
            bytes: copyOf(attributes.bytes.subarray(context, context + CONTEXT_ATTR.size)),
          };
    const view = attributes.isValid("VIEW") ? attributes.offset("VIEW") : null;
    this.view =
      view === null
        ? null
        : {
            base: getWord(data, view + VIEW_ATTR.ViewBase),
            size: getWord(data, view + VIEW_ATTR.ViewSize),
            isSecured: (data.getUint32(view + VIEW_ATTR.Flags, true) & ViewFlags.SECURED_ACCESS) !== 0,
          };
    const handle = attributes.isValid("HANDLE") ? attributes.offset("HANDLE") : null;
    this.handleCount = handle === null ? 0 : handleCount(data, handle);
  }

  /** Octets behind the header. */
  get dataLength(): number {
    return dataView(this.header).getUint16(PORT_MESSAGE.DataLength, true);
  }
}

/** The same attributes as the receive worker's. */
const receivedAttributes = new AttributeBuffer("VIEW", "CONTEXT", "HANDLE", "TOKEN");

/** Our ports pull handles by index: the attribute has their number where a single one would have its type. */
function handleCount(data: DataView, at: number): number {
  return data.getUint32(at + HANDLE_ATTR.ObjectType, true);
}

function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
