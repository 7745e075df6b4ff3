import { C, Errno, type LibC } from "./libc.js";
import { systemError } from "./system-error.js";

/** Octets of sockaddr_un.sun_path without the terminating zero. */
export const MAX_SOCKET_PATH = 107;

/** Connections that wait in the system for us to accept them. */
const BACKLOG = 1024;

/** A new, unconnected port socket: sequenced packets, closed on exec, never blocking. */
export function openSocket(libc: LibC): number {
  const fd = libc.socket(C.AF_UNIX, C.SOCK_SEQPACKET | C.SOCK_CLOEXEC | C.SOCK_NONBLOCK, 0);
  if (fd < 0) throw systemError(libc, "opening a socket");
  return fd;
}

/** sockaddr_un of a path: u16 family, then the path with its zero. */
export function socketAddress(path: string): Buffer {
  const address = Buffer.alloc(2 + Buffer.byteLength(path) + 1);
  address.writeUInt16LE(C.AF_UNIX, 0);
  address.write(path, 2);
  return address;
}

/** Asks the system to say with each message who sent it. Connections to a listening socket inherit the setting. */
export function passCredentials(libc: LibC, fd: number): void {
  setOption(libc, fd, C.SO_PASSCRED, 1, "SO_PASSCRED");
}

/**
 * Refuses descriptors: who sends one gets EPERM, so that closing a hostile one can never hold us up. Inherited by
 * connections. False before Linux 6.16, which does not have it.
 */
export function refuseDescriptors(libc: LibC, fd: number): boolean {
  return libc.setsockopt(fd, C.SOL_SOCKET, C.SO_PASSRIGHTS, int(0), 4) === 0;
}

export function listen(libc: LibC, fd: number): void {
  if (libc.listen(fd, BACKLOG) < 0) throw systemError(libc, "listening");
}

/** Accepts one connection: its descriptor, or -1 with the reason in `libc.errno()`. */
export function accept(libc: LibC, fd: number): number {
  return libc.accept4(fd, null, null, C.SOCK_CLOEXEC | C.SOCK_NONBLOCK);
}

/** Connects at once: true, or false if the server's backlog is full for the moment. */
export function connect(libc: LibC, fd: number, path: string): boolean {
  const address = socketAddress(path);
  if (libc.connect(fd, address, address.length) === 0) return true;
  const errno = libc.errno();
  if (errno === Errno.EAGAIN || errno === Errno.EINTR) return false;
  throw systemError(libc, `connecting to ${path}`, errno);
}

function setOption(libc: LibC, fd: number, option: number, value: number, name: string): void {
  if (libc.setsockopt(fd, C.SOL_SOCKET, option, int(value), 4) < 0)
    throw systemError(libc, `setting ${name}`);
}

function int(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
}
