import { AlpcError } from "../error.js";
import type { ReceivedHandle } from "../handle.js";
import { descriptorCloser } from "../linux/descriptor-closer.js";
import { handleKind } from "../linux/handle-kind.js";
import { C, errnoName, type LibC, loadLibC } from "../linux/libc.js";
import { LinuxHandle } from "../linux/linux-handle.js";

/** Duplicates descriptors for the other side, as a real port does. Throws AlpcError NOT_SUPPORTED where it cannot. */
export function duplicateHandles(handles: readonly { readonly fd: number }[]): ReceivedHandle[] {
  if (process.platform !== "linux") {
    throw new AlpcError("NOT_SUPPORTED", "the loopback kernel passes handles on Linux only");
  }
  const libc = loadLibC();
  const copies: ReceivedHandle[] = [];
  try {
    for (const { fd } of handles) copies.push(duplicate(libc, fd));
  } catch (error) {
    for (const copy of copies) copy.close();
    throw error;
  }
  return copies;
}

function duplicate(libc: LibC, fd: number): ReceivedHandle {
  const copy = libc.fcntl(fd, C.F_DUPFD_CLOEXEC, 0);
  if (copy < 0) {
    const errno = errnoName(libc.errno());
    throw new AlpcError("INVALID_PARAMETER", `descriptor ${fd} cannot be handed over: ${errno}`, { errno });
  }
  return new LinuxHandle(copy, handleKind(libc, copy), (owned) => descriptorCloser().close(owned));
}
