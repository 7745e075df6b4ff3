import { readFileSync } from "node:fs";
import { defaultKernel } from "@ncalrpc/alpc";
import { type Sid, unixGroup, unixUser, wellKnownSids } from "@ncalrpc/security";
import { RpcError } from "./rpc-error.js";

/** The user that this process runs as. */
export function currentUser(): Sid {
  return defaultKernel().currentToken().user;
}

/** Every user of this machine, the anonymous one excepted (S-1-1-0): `allow: [everyone()]` lets all of them connect. */
export function everyone(): Sid {
  return wellKnownSids.everyone;
}

/** A user of this machine, by name or uid. Throws RpcError if there is none with that name. Linux only. */
export function user(nameOrId: string | number): Sid {
  return unixUser(typeof nameOrId === "number" ? nameOrId : lookUp("/etc/passwd", nameOrId, "user"));
}

/** A group of this machine, by name or gid. Throws RpcError if there is none with that name. Linux only. */
export function group(nameOrId: string | number): Sid {
  return unixGroup(typeof nameOrId === "number" ? nameOrId : lookUp("/etc/group", nameOrId, "group"));
}

/** Both files have the name first and the id third, separated by colons (passwd(5), group(5)). */
function lookUp(file: string, name: string, kind: string): number {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [entry, , id] = line.split(":");
    if (entry === name && id !== undefined) {
      return Number(id);
    }
  }
  throw new RpcError("RPC_S_INVALID_ARG", {
    details: `this machine has no ${kind} "${name}" (looked in ${file})`,
  });
}
