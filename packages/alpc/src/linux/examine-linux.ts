import { readFileSync } from "node:fs";
import { release } from "node:os";
import { isAlpcError } from "../error.js";
import { compare, type Finding, note } from "../finding.js";
import { C, type LibC } from "./libc.js";
import type { MemoryMode } from "./mapped-memory.js";
import { checkPortDirectory, type PortNamespace, portDirectories } from "./port-directory.js";
import { makeSection } from "./section.js";
import { openSocket, refuseDescriptors } from "./socket.js";

/** Looks at what this Linux offers to ports, and at the directories where they would lie. Does not throw. */
export function examineLinux(libc: LibC, mode: MemoryMode, environment: PortNamespace): Finding[] {
  return [
    note("system", "Linux", release()),
    note("system", "Node.js", `${process.version}, ${process.arch}`),
    ...withSocket(libc, (fd) => [
      feature(
        "SO_PASSRIGHTS",
        refuseDescriptors(libc, fd),
        "descriptors that clients send are refused",
        "missing (Linux 6.16 has it): descriptors that clients send are received and closed",
      ),
      feature(
        "SO_PEERPIDFD",
        knowsOption(libc, fd, C.SO_PEERPIDFD),
        "a client's process is known for sure",
        "missing (Linux 6.5 has it): no direct memory",
      ),
    ]),
    seals(libc, mode),
    note(
      "features",
      "sections",
      mode === "mapped" ? "seen in place" : "copied: this runtime allows no views",
    ),
    yama(),
    ...portDirectories(environment).map(directory),
  ];
}

function feature(what: string, isThere: boolean, there: string, missing: string): Finding {
  return note("features", what, isThere ? there : missing);
}

function withSocket(libc: LibC, look: (fd: number) => Finding[]): Finding[] {
  let fd = -1;
  try {
    fd = openSocket(libc);
    return look(fd);
  } catch (error) {
    return [compare("features", "sequenced-packet sockets", "there", String(error))];
  } finally {
    if (fd >= 0) libc.close(fd);
  }
}

/** An option that this kernel does not have is ENOPROTOOPT; that this socket has no peer is something else. */
function knowsOption(libc: LibC, fd: number, option: number): boolean {
  const ENOPROTOOPT = 92;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(4);
  return (
    libc.getsockopt(fd, C.SOL_SOCKET, option, Buffer.alloc(4), length) >= 0 || libc.errno() !== ENOPROTOOPT
  );
}

function seals(libc: LibC, mode: MemoryMode): Finding {
  try {
    using _section = makeSection(libc, 4096, "reply", mode);
    return compare("features", "sealed memory files", "there", "there");
  } catch (error) {
    return compare("features", "sealed memory files", "there", String(error));
  }
}

/** Documentation/admin-guide/LSM/Yama.rst. */
function yama(): Finding {
  let scope: string;
  try {
    scope = readFileSync("/proc/sys/kernel/yama/ptrace_scope", "utf8").trim();
  } catch {
    return note("features", "Yama", "not there: direct memory works between processes of one user");
  }
  const consequence =
    scope === "0" ? "works" : "works only for those who let others trace them, or for nobody";
  return note("features", "Yama", `ptrace_scope ${scope}: direct memory ${consequence}`);
}

function directory(path: string): Finding {
  try {
    checkPortDirectory(path);
    return compare("port directories", path, "safe", "safe");
  } catch (error) {
    if (!isAlpcError(error)) throw error;
    if (error.status === "OBJECT_NAME_NOT_FOUND") return note("port directories", path, "does not exist");
    return compare("port directories", path, "safe", error.message);
  }
}
