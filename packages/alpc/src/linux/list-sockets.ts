import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unixUser } from "@ncalrpc/security";
import type { PortListing } from "../kernel.js";
import {
  clientDirectories,
  LOCK_SUFFIX,
  type PortNamespace,
  SOCKET_SUFFIX,
  statOrNull,
} from "./port-directory.js";

/** __SO_ACCEPTCON in the flags column of /proc/net/unix: the socket listens. */
const LISTENS = 0x10000;

/** The named ports in the directories in which a client would look. Connects to none of them. */
export function listSockets(environment: PortNamespace): PortListing[] {
  const live = listeningPaths();
  return clientDirectories(environment).flatMap((directory) =>
    readdirSync(directory)
      .filter((file) => file.endsWith(SOCKET_SUFFIX))
      .sort()
      .flatMap((file) => {
        const path = join(directory, file);
        const stats = statOrNull(path);
        if (!stats?.isSocket()) return [];
        return { name: portName(directory, file), owner: unixUser(stats.uid), isLive: live.has(path) };
      }),
  );
}

/** A hashed name is in the lock's file, if we may read that. */
function portName(directory: string, file: string): string {
  const stem = file.slice(0, -SOCKET_SUFFIX.length);
  if (!stem.startsWith("#")) return stem;
  try {
    return readFileSync(join(directory, stem + LOCK_SUFFIX), "utf8") || stem;
  } catch {
    return stem;
  }
}

/** "Num RefCount Protocol Flags Type St Inode Path", see proc_net(5). */
function listeningPaths(): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const line of readFileSync("/proc/net/unix", "utf8").split("\n").slice(1)) {
    const [, , , flags = "0", , , , ...path] = line.trim().split(/ +/);
    if ((Number.parseInt(flags, 16) & LISTENS) !== 0 && path.length > 0) paths.add(path.join(" "));
  }
  return paths;
}
