import { fstatSync, readlinkSync } from "node:fs";
import type { HandleKind } from "../handle.js";
import { C, type LibC } from "./libc.js";

/**
 * What a descriptor is, from the kernel alone. Can wait for whoever serves the file system that it lies on (FUSE, NFS): never
 * call it on the event loop with a descriptor from a peer. "other" for what has no kind here: O_PATH, epoll...
 */
export function handleKind(libc: LibC, fd: number): HandleKind {
  const flags = libc.fcntl(fd, C.F_GETFL, 0);
  // O_PATH names a file and gives no access to it.
  if (flags === -1 || (flags & C.O_PATH) !== 0) return "other";
  // /dev/shm answers with seals too; only memory files have this name, which no path can imitate but one in the root.
  const name = readlinkSync(`/proc/self/fd/${fd}`);
  if (libc.fcntl(fd, C.F_GET_SEALS, 0) !== -1 && name.startsWith("/memfd:")) return "section";
  // A path begins with a slash.
  if (name === "anon_inode:[eventfd]") return "event";
  if (name === "anon_inode:[pidfd]" || name.startsWith("pidfd:")) return "process";
  const stat = fstatSync(fd);
  if (stat.isDirectory()) return "directory";
  if (stat.isFIFO()) return "pipe";
  if (stat.isSocket()) return "socket";
  if (stat.isCharacterDevice() || stat.isBlockDevice()) return "device";
  // Kernel objects such as pidfds show a regular file's mode, but have no path.
  return stat.isFile() && name.startsWith("/") ? "file" : "other";
}
