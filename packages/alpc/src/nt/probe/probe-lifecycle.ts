import { compare, type Finding } from "../../finding.js";
import { MessageType } from "../../message.js";
import type { AlpcLibrary } from "../alpc-library.js";
import { VIEW_ATTR } from "../layout/attribute-structures.js";
import { MessageFlags, TypeFlags } from "../layout/flags.js";
import { Status } from "../layout/status.js";
import { isSuccess, statusText } from "../nt-status.js";
import { ProbeLink, type Received } from "./probe-link.js";
import { probeView } from "./probe-view.js";
import { syncCall } from "./sync-call.js";

const TOPIC = "message lifecycle";
const { RELEASE_MESSAGE } = MessageFlags;
const typeNames = new Map<number, string>(Object.entries(MessageType).map(([name, value]) => [value, name]));

/** What becomes of a message, by the flags that it is sent with (fact sheet, section 7), tried out. `library` is where `alpc` comes from. Rejects with AlpcError. */
export async function probeLifecycle(alpc: AlpcLibrary, library: string): Promise<Finding[]> {
  using link = new ProbeLink(alpc);
  const { listener, client, server } = link;
  const findings: Finding[] = [];
  const expect = (what: string, expected: string, observed: string) =>
    findings.push(compare(TOPIC, what, expected, observed));

  link.send(client, { flags: RELEASE_MESSAGE });
  expect("a new message with RELEASE", "DATAGRAM", typeText(link.receive(listener)));

  {
    using view = probeView(alpc, client, 7);
    link.send(client, { flags: RELEASE_MESSAGE, attributes: view.attributes });
  }
  const withView = link.receive(listener);
  expect("the same with a view", "DATAGRAM, owed an end", typeText(withView));
  const base = withView.attributes.getWord(withView.attributes.offset("VIEW") + VIEW_ATTR.ViewBase);
  expect("releasing that view", "SUCCESS", statusText(alpc.NtAlpcDeleteSectionView(server, 0, base)));
  expect("ending it by cancelling", "a success", outcome(link.finish(listener, withView)));

  link.send(client, { flags: 0 });
  const request = link.receive(listener);
  expect("a new message without flags", "REQUEST, owed an end", typeText(request));
  const reply = link.send(server, { flags: RELEASE_MESSAGE, answers: request });
  expect("answering it with RELEASE", "SUCCESS", statusText(reply.status));
  expect("what its sender gets", "REPLY", typeText(link.receive(client)));
  const again = link.send(server, { flags: RELEASE_MESSAGE, answers: request }).status;
  const refusals: number[] = [Status.INVALID_MESSAGE, Status.REPLY_MESSAGE_MISMATCH];
  expect("answering it again", "refused", refusals.includes(again) ? "refused" : statusText(again));

  link.send(client, { flags: 0 });
  link.send(server, { flags: 0, answers: link.receive(listener) });
  const returned = link.receive(client);
  expect("an answer without flags", "REQUEST, owed an end", typeText(returned));
  link.send(client, { flags: RELEASE_MESSAGE, answers: returned });
  expect("the answer to that", "REPLY", typeText(link.receive(listener)));

  link.send(server, { flags: 0 });
  const asked = link.receive(client);
  expect("a request of the server", "REQUEST, owed an end", typeText(asked));
  link.send(client, { flags: RELEASE_MESSAGE, answers: asked });
  expect("what the server gets", "REPLY", typeText(link.receive(listener)));

  const call = await syncCall(link, library, 5_000, (received) => {
    expect("a new message with SYNC_REQUEST", "REQUEST, owed an end", typeText(received));
    link.send(server, { flags: RELEASE_MESSAGE, answers: received });
  });
  expect("what its sender wakes up with", "REPLY", typeText({ ...returned, ...call }));

  link.send(client, { flags: RELEASE_MESSAGE });
  link.close(client);
  expect("a message that is unread when its sender closes", "CANCELED", typeText(link.receive(listener)));
  expect("what follows it", "PORT_CLOSED", typeText(link.receive(listener)));
  return findings;
}

function typeText({ status, type }: Received): string {
  if (status !== Status.SUCCESS) return statusText(status);
  const kind = typeNames.get(type & TypeFlags.KIND) ?? `type ${type & TypeFlags.KIND}`;
  return (type & TypeFlags.CONTINUATION_REQUIRED) === 0 ? kind : `${kind}, owed an end`;
}

function outcome(status: number): string {
  return isSuccess(status) ? "a success" : statusText(status);
}
