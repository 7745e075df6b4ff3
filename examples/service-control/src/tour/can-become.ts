import { spawnSync } from "node:child_process";

/** Whether this process may become another user: root may, unless it is root of a container without other users. */
export function canBecome(uid: number): boolean {
  return process.getuid?.() === 0 && spawnSync("true", { uid, gid: uid }).status === 0;
}
