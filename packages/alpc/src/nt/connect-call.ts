import { AlpcError } from "../error.js";
import type { ServerRequirement } from "../server-check.js";
import type { AlpcLibrary } from "./alpc-library.js";
import { ObjectFlags } from "./layout/generic-structures.js";
import { serverRequirement } from "./server-requirement.js";
import { keeping, objectAttributes, ownCopy, unicodeString } from "./structures.js";

/**
 * NtAlpcConnectPort, or its Ex form where a descriptor says what the server must be; answers its NTSTATUS. It does not wait
 * for the server. `slot` receives the handle; `message`, if there is one, and `length` are the connect message.
 * Throws AlpcError INVALID_PARAMETER if two things are required of the server: a call takes one.
 */
export function callConnect(
  alpc: AlpcLibrary,
  slot: Buffer,
  path: string,
  portAttributes: Buffer,
  { requiredServerSid, requiredServer }: ServerRequirement,
  message: Buffer | null,
  length: Buffer,
): number {
  const name = unicodeString(path);
  const messageLength = message === null ? null : length;
  if (requiredServer === undefined) {
    const sid = requiredServerSid === undefined ? null : ownCopy(requiredServerSid.toBytes());
    return keeping([name], () =>
      alpc.NtAlpcConnectPort(
        slot,
        name.bytes,
        null,
        portAttributes,
        0,
        sid,
        message,
        messageLength,
        null,
        null,
        null,
      ),
    );
  }
  if (requiredServerSid !== undefined) {
    throw new AlpcError("INVALID_PARAMETER", "a server's SID and a descriptor for it: give one of them");
  }
  const port = objectAttributes(name, ObjectFlags.CASE_INSENSITIVE);
  const requirement = ownCopy(serverRequirement(requiredServer));
  return keeping([port], () =>
    alpc.NtAlpcConnectPortEx(
      slot,
      port.bytes,
      null,
      portAttributes,
      0,
      requirement,
      message,
      messageLength,
      null,
      null,
      null,
    ),
  );
}
