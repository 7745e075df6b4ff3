import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What a process holds that could leak. */
export interface Census {
  /** Open descriptors by kind: "socket", "memfd", "file", "pipe", "anon:eventpoll"... */
  readonly descriptors: Readonly<Record<string, number>>;
  /** Mappings of memory files. */
  readonly mappings: number;
  /** Those of them that are completion lists: a connection that was busy lately has one. */
  readonly lists: number;
  /** Files in the port directory. */
  readonly files: readonly string[];
}

/** Counts what a process (default this one) holds, and what is left in a port directory. */
export function census(directory: string | null = null, pid: number | "self" = "self"): Census {
  const descriptors: Record<string, number> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const kind = kindOf(`/proc/${pid}/fd/${fd}`);
    if (kind !== null) descriptors[kind] = (descriptors[kind] ?? 0) + 1;
  }
  const maps = readFileSync(`/proc/${pid}/maps`, "latin1").split("\n");
  return {
    descriptors: Object.fromEntries(Object.entries(descriptors).sort()),
    mappings: maps.filter((line) => line.includes("/memfd:ncalrpc")).length,
    lists: maps.filter((line) => line.includes("/memfd:ncalrpc-list")).length,
    files: directory === null ? [] : readdirSync(directory).sort(),
  };
}

/** Null for the descriptor that lists the directory, which is gone by now. */
function kindOf(link: string): string | null {
  let target: string;
  try {
    target = readlinkSync(link);
  } catch {
    return null;
  }
  if (target.startsWith("/memfd:")) return "memfd";
  if (target.startsWith("/proc/")) return null;
  if (target.startsWith("/")) return "file";
  // "socket:[123]", "anon_inode:[eventpoll]"
  const [kind = "", name = ""] = target.replace(/[[\]]/g, "").split(":");
  return kind === "anon_inode" ? `anon:${name}` : kind;
}
