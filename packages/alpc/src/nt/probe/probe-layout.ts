import { compare, type Finding } from "../../finding.js";
import { PORT_MESSAGE_SIZE } from "../../message.js";
import type { AlpcLibrary } from "../alpc-library.js";
import { getWord } from "../attribute-buffer.js";
import { CONTEXT_ATTR, TOKEN_ATTR, VIEW_ATTR } from "../layout/attribute-structures.js";
import { MessageFlags, PortInformation } from "../layout/flags.js";
import { ALPC_SERVER_SESSION_INFORMATION, PORT_MESSAGE } from "../layout/port-structures.js";
import { openEffectiveToken, readTokenIds } from "../nt-token.js";
import { dataView, ownMemory } from "../structures.js";
import { systemLibrary } from "../system-library.js";
import { PROBE_CONTEXT, ProbeLink } from "./probe-link.js";
import { probeView } from "./probe-view.js";

const TOPIC = "structure layout";

/** Whether structures lie as this package thinks: what the system writes into them is what we know already. Throws AlpcError. */
export function probeLayout(alpc: AlpcLibrary): Finding[] {
  using link = new ProbeLink(alpc);
  const findings: Finding[] = [];
  const expect = (what: string, expected: unknown, observed: unknown) =>
    findings.push(compare(TOPIC, what, String(expected), String(observed)));

  using view = probeView(alpc, link.client, 0x5a);
  const payload = Buffer.from("layout");
  const { attributes: sent } = view;
  link.send(link.client, { flags: 0, payload, attributes: sent });
  const request = link.receive(link.listener);
  const { header, attributes } = request;
  expect("PORT_MESSAGE.DataLength", payload.length, header.readUInt16LE(PORT_MESSAGE.DataLength));
  expect(
    "PORT_MESSAGE.TotalLength",
    PORT_MESSAGE_SIZE + payload.length,
    header.readUInt16LE(PORT_MESSAGE.TotalLength),
  );
  expect("the payload behind it", payload, request.payload);
  expect("PORT_MESSAGE.ClientId", process.pid, Number(header.readBigUInt64LE(PORT_MESSAGE.UniqueProcess)));
  expect("PORT_MESSAGE.MessageId is given", true, header.readUInt32LE(PORT_MESSAGE.MessageId) !== 0);
  expect("CONTEXT is valid", true, attributes.isValid("CONTEXT"));
  const context = attributes.offset("CONTEXT");
  expect("CONTEXT.PortContext", PROBE_CONTEXT, attributes.getWord(context + CONTEXT_ATTR.PortContext));
  expect(
    "CONTEXT.MessageId",
    header.readUInt32LE(PORT_MESSAGE.MessageId),
    attributes.bytes.readUInt32LE(context + CONTEXT_ATTR.MessageId),
  );
  expect("TOKEN.ModifiedId", ownModifiedId(), tokenModifiedId(attributes.bytes, attributes.offset("TOKEN")));
  expect("VIEW is valid", true, attributes.isValid("VIEW"));
  const base = attributes.getWord(attributes.offset("VIEW") + VIEW_ATTR.ViewBase);
  const first = ownMemory(1);
  if (base !== 0) systemLibrary().RtlMoveMemory(first, base, 1);
  expect("VIEW.ViewBase", 0x5a, first[0]);
  expect("VIEW.ViewSize", 0x1000, attributes.getWord(attributes.offset("VIEW") + VIEW_ATTR.ViewSize));
  alpc.NtAlpcDeleteSectionView(link.server, 0, base);
  link.send(link.server, { flags: MessageFlags.RELEASE_MESSAGE, answers: request });

  const session = ownMemory(ALPC_SERVER_SESSION_INFORMATION.size);
  alpc.NtAlpcQueryInformation(
    link.client,
    PortInformation.SERVER_SESSION,
    session,
    session.length,
    ownMemory(4),
  );
  expect(
    "ALPC_SERVER_SESSION_INFORMATION.ProcessId",
    process.pid,
    session.readUInt32LE(ALPC_SERVER_SESSION_INFORMATION.ProcessId),
  );
  link.receive(link.client);
  return findings;
}

function ownModifiedId(): bigint {
  const system = systemLibrary();
  const token = openEffectiveToken(system);
  try {
    return readTokenIds(system, token).modifiedId;
  } finally {
    system.NtClose(token);
  }
}

function tokenModifiedId(bytes: Buffer, at: number): bigint {
  return BigInt(getWord(dataView(bytes), at + TOKEN_ATTR.ModifiedId));
}
