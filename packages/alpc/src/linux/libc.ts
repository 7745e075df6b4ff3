import { constants } from "node:os";
import koffi from "koffi";
import { closeWithThread } from "./thread-descriptors.js";

/**
 * Memory handed to a system call: a Buffer, or the address of one that the caller keeps referenced during the call
 * (see `addressOf`). User space addresses fit a double exactly on every 64-bit Linux.
 */
export type Pointer = Uint8Array | number | null;

/**
 * The table of system functions that this package calls; nothing else in it reaches libc. Every function returns what
 * the C function returns, -1 on failure, and then `errno()` says why until the next call. Tests wrap the table to
 * make a call fail. 64-bit results are exact as long as they are below 2^53, which sizes and addresses are.
 */
export interface LibC {
  /** errno of the last call that failed. */
  errno(): number;

  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Pointer, length: number): number;
  listen(fd: number, backlog: number): number;
  connect(fd: number, address: Pointer, length: number): number;
  accept4(fd: number, address: Pointer, length: Pointer, flags: number): number;
  shutdown(fd: number, how: number): number;
  close(fd: number): number;
  getsockopt(fd: number, level: number, name: number, value: Pointer, length: Pointer): number;
  setsockopt(fd: number, level: number, name: number, value: Pointer, length: number): number;
  send(fd: number, data: Pointer, length: number, flags: number): number;
  sendmsg(fd: number, message: Pointer, flags: number): number;
  sendmmsg(fd: number, messages: Pointer, count: number, flags: number): number;
  recvmsg(fd: number, message: Pointer, flags: number): number;
  recvmmsg(fd: number, messages: Pointer, count: number, flags: number, timeout: Pointer): number;

  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: Pointer): number;
  epoll_wait(epoll: number, events: Pointer, count: number, timeout: number): number;
  poll(fds: Pointer, count: number, timeout: number): number;

  flock(fd: number, operation: number): number;
  /** The third argument is an int for every command that we use. */
  fcntl(fd: number, command: number, argument: number): number;
  ftruncate(fd: number, length: number): number;
  fchmod(fd: number, mode: number): number;
  memfd_create(name: string, flags: number): number;
  /** Returns the address, or -1. */
  mmap(
    address: Pointer,
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ): number;
  munmap(address: number, length: number): number;
  /** Returns the new address, or -1. */
  mremap(address: number, length: number, newLength: number, flags: number, newAddress: number): number;
  madvise(address: number, length: number, advice: number): number;
  memcpy(target: Pointer, source: Pointer, length: number): void;

  process_vm_readv(
    pid: number,
    local: Pointer,
    locals: number,
    remote: Pointer,
    remotes: number,
    flags: number,
  ): number;
  process_vm_writev(
    pid: number,
    local: Pointer,
    locals: number,
    remote: Pointer,
    remotes: number,
    flags: number,
  ): number;
  pidfd_open(pid: number, flags: number): number;
  pidfd_send_signal(pidfd: number, signal: number, info: Pointer, flags: number): number;
  /** Ends the process at once, whatever its threads do. */
  _exit(status: number): void;
}

/** Linux constants (asm-generic; the same on x86-64 and arm64), by their C names. */
export const C = {
  AF_UNIX: 1,
  SOCK_SEQPACKET: 5,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_SNDBUF: 7,
  SO_LINGER: 13,
  SO_PASSCRED: 16,
  SO_PEERCRED: 17,
  SO_ACCEPTCONN: 30,
  SO_PEERGROUPS: 59,
  SO_PEERPIDFD: 77,
  SO_PASSRIGHTS: 83,
  SCM_RIGHTS: 1,
  SCM_CREDENTIALS: 2,
  MSG_PEEK: 0x2,
  MSG_CTRUNC: 0x8,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  MSG_CMSG_CLOEXEC: 0x40000000,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
  EPOLL_CLOEXEC: 0o2000000,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLL_CTL_MOD: 3,
  EPOLLIN: 0x1,
  EPOLLOUT: 0x4,
  EPOLLERR: 0x8,
  EPOLLHUP: 0x10,
  EPOLLONESHOT: 0x40000000,
  POLLIN: 0x1,
  LOCK_EX: 2,
  LOCK_NB: 4,
  LOCK_UN: 8,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_DUPFD_CLOEXEC: 1030,
  F_ADD_SEALS: 1033,
  F_GET_SEALS: 1034,
  FD_CLOEXEC: 1,
  O_PATH: 0o10000000,
  F_SEAL_SEAL: 0x1,
  F_SEAL_SHRINK: 0x2,
  F_SEAL_GROW: 0x4,
  F_SEAL_WRITE: 0x8,
  F_SEAL_FUTURE_WRITE: 0x10,
  MFD_CLOEXEC: 0x1,
  MFD_ALLOW_SEALING: 0x2,
  MFD_NOEXEC_SEAL: 0x8,
  PROT_NONE: 0,
  PROT_READ: 1,
  PROT_WRITE: 2,
  MAP_SHARED: 1,
  MAP_PRIVATE: 2,
  MAP_FIXED: 0x10,
  MAP_ANONYMOUS: 0x20,
  MAP_NORESERVE: 0x4000,
  MREMAP_MAYMOVE: 1,
  MREMAP_FIXED: 2,
  MADV_DONTNEED: 4,
  MADV_HUGEPAGE: 14,
  MADV_POPULATE_WRITE: 23,
  MAP_FAILED: -1,
} as const;

/** errno values by name, of this system; Node's table lacks the last one. */
export const Errno = { ...constants.errno, ETOOMANYREFS: 109 } as const;

/** The name of an errno value, "E<number>" for one that Node does not know. */
export function errnoName(value: number): string {
  for (const [name, number] of Object.entries<number>(Errno)) {
    if (number === value) return name;
  }
  return `E${value}`;
}

/**
 * The address of a buffer's first octet, valid as long as the buffer is referenced. The buffer must own its memory
 * (`Buffer.allocUnsafeSlow`, not a slice of the pool), or a collection could move what is small enough to lie on the heap.
 */
export function addressOf(buffer: Uint8Array): number {
  return Number(koffi.address(buffer));
}

/** An ArrayBuffer over foreign memory. Detach it before the memory goes away. */
export function viewOf(address: number, length: number): ArrayBuffer {
  return koffi.view(BigInt(address), length);
}

let table: LibC | undefined;

/** Loads the table, once per thread. */
export function loadLibC(): LibC {
  table ??= closeWithThread(load());
  return table;
}

function load(): LibC {
  const library = koffi.load(null);
  const bind = (name: string, result: string, ...parameters: string[]) =>
    library.func(name, result, parameters);
  // koffi has no ssize_t, and offsets and lengths are 64 bits wide: int64 takes and gives plain numbers.
  const i = "int";
  const p = "void *";
  const n = "int64";
  // pidfd calls have no libc wrapper before glibc 2.36; the numbers are the same on every architecture.
  const syscall2 = bind("syscall", n, n, n, n);
  const syscall4 = bind("syscall", n, n, n, n, p, n);
  return {
    errno: () => koffi.errno(),
    socket: bind("socket", i, i, i, i),
    bind: bind("bind", i, i, p, i),
    listen: bind("listen", i, i, i),
    connect: bind("connect", i, i, p, i),
    accept4: bind("accept4", i, i, p, p, i),
    shutdown: bind("shutdown", i, i, i),
    close: bind("close", i, i),
    getsockopt: bind("getsockopt", i, i, i, i, p, p),
    setsockopt: bind("setsockopt", i, i, i, i, p, i),
    send: bind("send", n, i, p, n, i),
    sendmsg: bind("sendmsg", n, i, p, i),
    sendmmsg: bind("sendmmsg", i, i, p, i, i),
    recvmsg: bind("recvmsg", n, i, p, i),
    recvmmsg: bind("recvmmsg", i, i, p, i, i, p),
    epoll_create1: bind("epoll_create1", i, i),
    epoll_ctl: bind("epoll_ctl", i, i, i, i, p),
    epoll_wait: bind("epoll_wait", i, i, p, i, i),
    poll: bind("poll", i, p, n, i),
    flock: bind("flock", i, i, i),
    fcntl: bind("fcntl", i, i, i, i),
    ftruncate: bind("ftruncate", i, i, n),
    fchmod: bind("fchmod", i, i, i),
    memfd_create: bind("memfd_create", i, "str", "uint"),
    mmap: bind("mmap", n, p, n, i, i, i, n),
    munmap: bind("munmap", i, n, n),
    mremap: bind("mremap", n, n, n, n, i, n),
    madvise: bind("madvise", i, n, n, i),
    memcpy: bind("memcpy", p, p, p, n),
    process_vm_readv: bind("process_vm_readv", n, i, p, n, p, n, n),
    process_vm_writev: bind("process_vm_writev", n, i, p, n, p, n, n),
    _exit: bind("_exit", "void", i),
    pidfd_open: (pid, flags) => syscall2(434, pid, flags),
    pidfd_send_signal: (pidfd, signal, info, flags) => syscall4(424, pidfd, signal, info, flags),
  };
}
