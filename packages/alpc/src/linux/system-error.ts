import { AlpcError, type NtStatusName } from "../error.js";
import { Errno, errnoName, type LibC } from "./libc.js";

const statuses: Readonly<Record<number, NtStatusName>> = {
  [Errno.EACCES]: "ACCESS_DENIED",
  [Errno.EPERM]: "ACCESS_DENIED",
  [Errno.ENOENT]: "OBJECT_NAME_NOT_FOUND",
  [Errno.ECONNREFUSED]: "OBJECT_NAME_NOT_FOUND",
  [Errno.EADDRINUSE]: "OBJECT_NAME_COLLISION",
  [Errno.ENAMETOOLONG]: "OBJECT_NAME_INVALID",
  [Errno.EPIPE]: "PORT_DISCONNECTED",
  [Errno.ECONNRESET]: "PORT_DISCONNECTED",
  [Errno.ENOTCONN]: "PORT_DISCONNECTED",
  [Errno.EMSGSIZE]: "PORT_MESSAGE_TOO_LONG",
  [Errno.EMFILE]: "INSUFFICIENT_RESOURCES",
  [Errno.ENFILE]: "INSUFFICIENT_RESOURCES",
  [Errno.ENOMEM]: "INSUFFICIENT_RESOURCES",
  [Errno.ENOBUFS]: "INSUFFICIENT_RESOURCES",
  [Errno.ENOSPC]: "INSUFFICIENT_RESOURCES",
  [Errno.ETIMEDOUT]: "TIMEOUT",
  [Errno.EINVAL]: "INVALID_PARAMETER",
  [Errno.ENOSYS]: "NOT_SUPPORTED",
  [Errno.EOPNOTSUPP]: "NOT_SUPPORTED",
};

/** The typed error for a system call that has just failed. `what` says what was tried, as "bind /run/x". */
export function systemError(libc: LibC, what: string, errno = libc.errno()): AlpcError {
  const name = errnoName(errno);
  return new AlpcError(statuses[errno] ?? "UNSUCCESSFUL", `${what} failed: ${name}`, { errno: name });
}
