import { accessCheck, portRights, type Token } from "@ncalrpc/security";
import { AlpcError } from "./error.js";
import type { ConnectAttributes } from "./kernel.js";

/** What a client may demand of a server. */
export type ServerRequirement = Pick<ConnectAttributes, "requiredServerSid" | "requiredServer">;

/** Throws AlpcError SERVER_SID_MISMATCH unless the server of the port `name`, whose token this is, is one that the client requires. */
export function checkServer(
  server: Token,
  { requiredServerSid, requiredServer }: ServerRequirement,
  name: string,
): void {
  if (requiredServerSid !== undefined && !server.user.equals(requiredServerSid)) {
    throw mismatch(`the port ${name} belongs to ${server.user}, not to ${requiredServerSid}`);
  }
  if (requiredServer === undefined) return;
  if (accessCheck(server, requiredServer, portRights.connect, portRights.mapping).granted) return;
  throw mismatch(`the port ${name} belongs to ${server.user}, who is none of the servers that are accepted`);
}

function mismatch(what: string): AlpcError {
  return new AlpcError("SERVER_SID_MISMATCH", `${what}; nothing was sent to it`);
}
