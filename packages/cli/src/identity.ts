import { readFileSync } from "node:fs";
import { describeSid, type Sid, unixUidOf } from "@ncalrpc/security";

/** A user of this machine, as plain data. */
export interface Identity {
  readonly sid: string;
  /** Null for a SID that stands for no user of Linux. */
  readonly uid: number | null;
  /** Null for a uid without a name. */
  readonly user: string | null;
}

export function identityOf(sid: Sid): Identity {
  const uid = unixUidOf(sid);
  return { sid: sid.toString(), uid, user: uid === null ? null : (userNames().get(uid) ?? null) };
}

/** "user alice (uid 1000)". */
export function describeUser(sid: Sid): string {
  return describeSid(sid, { user: (uid) => userNames().get(uid) });
}

let names: ReadonlyMap<number, string> | null = null;

/** Names by uid, from passwd(5). Empty on a system without that file. */
function userNames(): ReadonlyMap<number, string> {
  names ??= readUserNames();
  return names;
}

function readUserNames(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const line of readPasswd().split("\n")) {
    const [name = "", , uid = ""] = line.split(":");
    if (/^[0-9]+$/.test(uid) && !found.has(Number(uid))) found.set(Number(uid), name);
  }
  return found;
}

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
