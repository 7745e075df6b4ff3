import { compare, type Finding } from "../../finding.js";
import type { AlpcLibrary, Handle } from "../alpc-library.js";
import { AttributeBuffer, getWord } from "../attribute-buffer.js";
import { impersonateSender } from "../impersonation.js";
import {
  PROCESS_QUERY_LIMITED_INFORMATION,
  THREAD_QUERY_LIMITED_INFORMATION,
} from "../layout/access-rights.js";
import { MessageFlags } from "../layout/flags.js";
import { ImpersonationLevel } from "../layout/generic-structures.js";
import { Status } from "../layout/status.js";
import { isSuccess, statusText } from "../nt-status.js";
import { impersonationLevel, openEffectiveToken } from "../nt-token.js";
import { NtSecurityContext } from "../security-context.js";
import { dataView, objectAttributes, ownMemory } from "../structures.js";
import { systemLibrary } from "../system-library.js";
import { ProbeLink, type Received } from "./probe-link.js";
import { syncCall } from "./sync-call.js";

const TOPIC = "identity";
const noName = objectAttributes().bytes;

/** How the system names senders, and lets a server act as them (fact sheet, 8.10), tried out. Rejects with AlpcError. */
export async function probeIdentity(alpc: AlpcLibrary, library: string): Promise<Finding[]> {
  using link = new ProbeLink(alpc);
  const findings: Finding[] = [];
  const expect = (what: string, expected: string, observed: string) =>
    findings.push(compare(TOPIC, what, expected, observed));
  const system = systemLibrary();
  const opened = (open: (slot: Buffer) => number): string => {
    const slot = ownMemory(8);
    const status = open(slot);
    if (isSuccess(status)) system.NtClose(getWord(dataView(slot), 0));
    return statusText(status);
  };
  const thread = (request: Received) =>
    opened((slot) =>
      alpc.NtAlpcOpenSenderThread(
        slot,
        link.listener,
        request.header,
        0,
        THREAD_QUERY_LIMITED_INFORMATION,
        noName,
      ),
    );
  const process = (request: Received) =>
    opened((slot) =>
      alpc.NtAlpcOpenSenderProcess(
        slot,
        link.listener,
        request.header,
        0,
        PROCESS_QUERY_LIMITED_INFORMATION,
        noName,
      ),
    );

  await syncCall(link, library, 5_000, (request) => {
    expect("the process of a sender that waits", "SUCCESS", process(request));
    expect("the thread of a sender that waits", "SUCCESS", thread(request));
    link.send(link.server, { flags: MessageFlags.RELEASE_MESSAGE, answers: request });
  });

  using context = new NtSecurityContext(alpc, link.client, { impersonation: "identification" }, () => {});
  const attributes = new AttributeBuffer("SECURITY");
  context.describe(attributes);
  const sent = link.send(link.client, { flags: 0, attributes });
  expect("sending with a security context", "SUCCESS", statusText(sent.status));
  const request = link.receive(link.listener);
  expect("the process of one that does not wait", "SUCCESS", process(request));
  expect("the thread of one that does not wait", "ACCESS_DENIED", thread(request));
  const { IDENTIFICATION } = ImpersonationLevel;
  expect("the level that the context allows", `${IDENTIFICATION}`, levelOf(alpc, link.listener, request));
  context.revoke();
  const after = levelOf(alpc, link.listener, request);
  expect("acting as it when it is revoked", "refused", after === `${IDENTIFICATION}` ? "allowed" : "refused");
  link.send(link.server, { flags: MessageFlags.RELEASE_MESSAGE, answers: request });
  link.receive(link.client);
  return findings;
}

/** The level at which the sender of a request is impersonated, or the status with which that fails. */
function levelOf(alpc: AlpcLibrary, port: Handle, request: Received): string {
  const system = systemLibrary();
  const outcome = impersonateSender(alpc, system, port, request.header, () => {
    const token = openEffectiveToken(system);
    try {
      return impersonationLevel(system, token);
    } finally {
      system.NtClose(token);
    }
  });
  return "result" in outcome ? `${outcome.result}` : statusText(outcome.status || Status.UNSUCCESSFUL);
}
