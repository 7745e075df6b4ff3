import { accessRights, portRights, securityDescriptorToBytes, wellKnownSids } from "@ncalrpc/security";
import { type Finding, note } from "../../finding.js";
import { MessageType } from "../../message.js";
import { type AlpcLibrary, addressOf } from "../alpc-library.js";
import { AttributeBuffer, getWord, setWord } from "../attribute-buffer.js";
import { IO_COMPLETION_ALL_ACCESS } from "../layout/access-rights.js";
import { Attribute, CONTEXT_ATTR } from "../layout/attribute-structures.js";
import { CancelFlags, MessageFlags, PortFlags, PortInformation, TypeFlags } from "../layout/flags.js";
import { FILE_IO_COMPLETION_INFORMATION, ObjectFlags } from "../layout/generic-structures.js";
import {
  ALPC_PORT_ASSOCIATE_COMPLETION_PORT,
  PORT_DATA_ENTRY,
  PORT_DATA_INFORMATION,
  PORT_MESSAGE,
} from "../layout/port-structures.js";
import { Status } from "../layout/status.js";
import { isSuccess, statusText } from "../nt-status.js";
import {
  dataView,
  keeping,
  objectAttributes,
  ownCopy,
  ownMemory,
  portAttributes,
  unicodeString,
} from "../structures.js";
import { systemLibrary } from "../system-library.js";
import { ProbeLink } from "./probe-link.js";
import { syncCall } from "./sync-call.js";

const { RELEASE_MESSAGE } = MessageFlags;
const MESSAGE_CONTEXT = 0x77;
const PAGE = 0x1000;

type Question = (alpc: AlpcLibrary, library: string) => string | Promise<string>;

/** Each question that the sources leave open (fact sheet: section 11; 13 and 14: 2.6 and 8.2), by its number, and how to ask it. */
const questions: readonly (readonly [string, Question])[] = [
  ["1 a synchronous request that the server cancels", cancelledCall],
  ["2 receiving on an empty waitable client port", emptyWaitablePort],
  ["3 AlpcMaxAllowedMessageLength", (alpc) => `0x${alpc.AlpcMaxAllowedMessageLength().toString(16)}`],
  ["4 MessageId written back by a send", writtenBack],
  ["5 cancel flag 8 with another MessageContext", cancelFlag],
  ["6 a client's send after the server disconnected its port", serverDisconnect],
  ["7 completion packet of a message", completionPacket],
  ["8 body of PORT_CLOSED", closedBody],
  ["9 a send whose Type is not 0", typedSend],
  ["10 reading data that a request offers", dataInformation],
  ["11 attributes of a reply", replyAttributes],
  ["12 CONTEXT.MessageContext of a reply", messageContext],
  ["13 TOKEN of a sender with dynamic tracking that does not wait", dynamicToken],
  ["14 what a descriptor for the server has to grant", serverDescriptor],
];

/** Asks the system what nobody could tell; a question that cannot be asked says why. `library` is where `alpc` comes from. */
export async function probeQuestions(alpc: AlpcLibrary, library: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [what, ask] of questions) {
    const answer = await Promise.resolve()
      .then(() => ask(alpc, library))
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    findings.push(note("open questions", what, answer));
  }
  return findings;
}

async function cancelledCall(alpc: AlpcLibrary, library: string): Promise<string> {
  using link = new ProbeLink(alpc);
  const { status, type } = await syncCall(link, library, 5_000, (request) => {
    link.finish(link.listener, request);
  });
  return status === Status.SUCCESS
    ? `SUCCESS and a message of type ${type & TypeFlags.KIND}`
    : statusText(status);
}

function emptyWaitablePort(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc, PortFlags.WAITABLE_PORT);
  const { status } = link.receive(link.client, 50);
  return status === Status.TIMEOUT ? "waits" : statusText(status);
}

function writtenBack(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  const { bytes } = link.send(link.client, { flags: 0 });
  const request = link.receive(link.listener);
  const id = request.header.readUInt32LE(PORT_MESSAGE.MessageId);
  answerAll(link, request);
  return bytes.readUInt32LE(PORT_MESSAGE.MessageId) === id ? "yes" : "no";
}

function cancelFlag(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  link.send(link.client, { flags: 0, attributes: withContext(MESSAGE_CONTEXT) });
  const request = link.receive(link.listener);
  const context = ownMemory(CONTEXT_ATTR.size);
  const view = dataView(context);
  setWord(view, CONTEXT_ATTR.MessageContext, MESSAGE_CONTEXT + 1);
  view.setUint32(CONTEXT_ATTR.MessageId, request.header.readUInt32LE(PORT_MESSAGE.MessageId), true);
  view.setUint32(CONTEXT_ATTR.CallbackId, request.header.readUInt32LE(PORT_MESSAGE.CallbackId), true);
  const status = alpc.NtAlpcCancelMessage(link.client, CancelFlags.NO_CONTEXT_CHECK, context);
  answerAll(link, request);
  return statusText(status);
}

function serverDisconnect(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  alpc.NtAlpcDisconnectPort(link.server, 0);
  return statusText(link.send(link.client, { flags: RELEASE_MESSAGE }).status);
}

function completionPacket(alpc: AlpcLibrary): string {
  const system = systemLibrary();
  using link = new ProbeLink(alpc);
  const slot = ownMemory(8);
  system.NtCreateIoCompletion(slot, IO_COMPLETION_ALL_ACCESS, null, 0);
  const port = getWord(dataView(slot), 0);
  try {
    const association = ownMemory(ALPC_PORT_ASSOCIATE_COMPLETION_PORT.size);
    setWord(dataView(association), ALPC_PORT_ASSOCIATE_COMPLETION_PORT.CompletionKey, 5);
    setWord(dataView(association), ALPC_PORT_ASSOCIATE_COMPLETION_PORT.CompletionPort, port);
    const { ASSOCIATE_COMPLETION_PORT } = PortInformation;
    alpc.NtAlpcSetInformation(link.listener, ASSOCIATE_COMPLETION_PORT, association, association.length);
    link.send(link.client, { flags: RELEASE_MESSAGE });
    const packet = ownMemory(FILE_IO_COMPLETION_INFORMATION.size);
    const timeout = ownMemory(8);
    setWord(dataView(timeout), 0, -10_000_000);
    const status = system.NtRemoveIoCompletionEx(port, packet, 1, ownMemory(4), timeout, 0);
    const id = link.receive(link.listener).header.readUInt32LE(PORT_MESSAGE.MessageId);
    if (status !== Status.SUCCESS) return statusText(status);
    const { KeyContext, IoStatus, IoInformation } = FILE_IO_COMPLETION_INFORMATION;
    const information = getWord(dataView(packet), IoInformation);
    const said = information === id ? "the MessageId" : `0x${information.toString(16)}`;
    const ours = getWord(dataView(packet), KeyContext) === 5 ? "" : ", and not our key";
    return `status ${statusText(packet.readUInt32LE(IoStatus))}, Information ${said}${ours}`;
  } finally {
    system.NtClose(port);
  }
}

function closedBody(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  link.close(link.client);
  const { type, payload, status } = link.receive(link.listener);
  if ((type & TypeFlags.KIND) !== MessageType.PORT_CLOSED) return `no PORT_CLOSED: ${statusText(status)}`;
  return payload.length === 0 ? "none" : `${payload.length} octets: ${payload.toString("hex")}`;
}

function typedSend(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  const { status } = link.send(link.client, { flags: RELEASE_MESSAGE, type: MessageType.DATAGRAM });
  return statusText(status);
}

function dataInformation(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  const offered = ownMemory(64).fill(0x33);
  const payload = ownMemory(PORT_DATA_INFORMATION.size + PORT_DATA_ENTRY.size);
  const view = dataView(payload);
  view.setUint32(PORT_DATA_INFORMATION.Count, 1, true);
  setWord(view, PORT_DATA_INFORMATION.size + PORT_DATA_ENTRY.Base, addressOf(offered));
  view.setUint32(PORT_DATA_INFORMATION.size + PORT_DATA_ENTRY.Size, offered.length, true);
  const dataInfoOffset = PORT_MESSAGE.size;
  const { status } = link.send(link.client, { flags: 0, payload, dataInfoOffset });
  if (status !== Status.SUCCESS) return `the request is refused: ${statusText(status)}`;
  const request = link.receive(link.listener);
  const copy = ownMemory(offered.length);
  const read = keeping([offered, copy], () =>
    alpc.NtReadRequestData(link.listener, request.header, 0, addressOf(copy), copy.length, ownMemory(8)),
  );
  answerAll(link, request);
  return read === Status.SUCCESS && !copy.equals(offered) ? "other octets" : statusText(read);
}

function replyAttributes(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  const { attributes } = exchange(link);
  const names = (Object.keys(Attribute) as (keyof typeof Attribute)[]).filter((name) =>
    attributes.isValid(name),
  );
  return names.join(", ") || "none";
}

function messageContext(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc);
  const { attributes } = exchange(link, withContext(MESSAGE_CONTEXT));
  const value = attributes.getWord(attributes.offset("CONTEXT") + CONTEXT_ATTR.MessageContext);
  return value === MESSAGE_CONTEXT ? "as it was sent" : `0x${value.toString(16)}`;
}

function dynamicToken(alpc: AlpcLibrary): string {
  using link = new ProbeLink(alpc, 0, { tracking: "dynamic" });
  link.send(link.client, { flags: 0 });
  const request = link.receive(link.listener);
  const answer = request.attributes.isValid("TOKEN") ? "there" : "not there";
  answerAll(link, request);
  return answer;
}

/** The rights of a port one after the other, then all: which of these descriptors is enough. */
function serverDescriptor(alpc: AlpcLibrary): string {
  const { connect, allAccess } = portRights;
  const outcomes = [connect, accessRights.readControl, allAccess].map((mask) => {
    using link = new ProbeLink(alpc);
    const slot = ownMemory(8);
    const name = objectAttributes(unicodeString(link.path), ObjectFlags.CASE_INSENSITIVE);
    const anyone = ownCopy(
      securityDescriptorToBytes({
        owner: wellKnownSids.nobody,
        group: wellKnownSids.nobody,
        dacl: { flags: 0, aces: [{ type: "allowed", flags: 0, mask, sid: wellKnownSids.everyone }] },
        sacl: null,
      }),
    );
    const own = portAttributes({ flags: 0, maxMessageLength: PAGE, acceptHandles: false });
    const status = keeping([name], () =>
      alpc.NtAlpcConnectPortEx(slot, name.bytes, null, own, 0, anyone, null, null, null, null, null),
    );
    if (isSuccess(status)) alpc.NtClose(getWord(dataView(slot), 0));
    return `0x${mask.toString(16)}: ${statusText(status)}`;
  });
  return outcomes.join(", ");
}

function exchange(link: ProbeLink, attributes?: AttributeBuffer): ReturnType<ProbeLink["receive"]> {
  link.send(link.client, { flags: 0, ...(attributes === undefined ? {} : { attributes }) });
  link.send(link.server, { flags: RELEASE_MESSAGE, answers: link.receive(link.listener) });
  return link.receive(link.client);
}

function answerAll(link: ProbeLink, request: ReturnType<ProbeLink["receive"]>): void {
  link.send(link.server, { flags: RELEASE_MESSAGE, answers: request });
  link.receive(link.client);
}

function withContext(value: number): AttributeBuffer {
  const attributes = new AttributeBuffer("CONTEXT");
  attributes.setWord(attributes.offset("CONTEXT") + CONTEXT_ATTR.MessageContext, value);
  attributes.setValid("CONTEXT");
  return attributes;
}
