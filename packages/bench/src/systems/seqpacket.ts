import koffi from "koffi";

// Linux, from the kernel's uapi headers.
const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const MSG_TRUNC = 0x20;
const FLAGS = SOCK_CLOEXEC | SOCK_NONBLOCK;
const BACKLOG = 1_024;

/** What a packet may hold, below the default send buffer of a socket (net.core.wmem_default, 212,992). */
export const MOST_OCTETS = 128 * 1_024;
/** A packet up to here is answered with itself, a longer one with its length in four octets. */
const LONGEST_ECHO = 64;

const { EAGAIN, ECONNRESET } = koffi.os.errno;
const libc = koffi.load(null);
const socket: (domain: number, type: number, protocol: number) => number = libc.func(
  "int socket(int domain, int type, int protocol)",
);
const bind: (fd: number, address: Uint8Array, length: number) => number = libc.func(
  "int bind(int fd, const void *address, uint32_t length)",
);
const listen: (fd: number, backlog: number) => number = libc.func("int listen(int fd, int backlog)");
const connect: (fd: number, address: Uint8Array, length: number) => number = libc.func(
  "int connect(int fd, const void *address, uint32_t length)",
);
const accept4: (fd: number, address: null, length: null, flags: number) => number = libc.func(
  "int accept4(int fd, void *address, void *length, int flags)",
);
const send: (fd: number, octets: Uint8Array, length: number, flags: number) => number = libc.func(
  "int64_t send(int fd, const void *octets, size_t length, int flags)",
);
const recv: (fd: number, octets: Uint8Array, length: number, flags: number) => number = libc.func(
  "int64_t recv(int fd, void *octets, size_t length, int flags)",
);
const closeFd: (fd: number) => number = libc.func("int close(int fd)");

function check(operation: string, result: number): number {
  if (result < 0) {
    throw new Error(`${operation} failed with errno ${koffi.errno()}`);
  }
  return result;
}

/** struct sockaddr_un. */
function address(path: string): Buffer {
  const octets = Buffer.from(`\0\0${path}\0`, "utf8");
  octets.writeUInt16LE(AF_UNIX, 0);
  return octets;
}

/** A listening socket's descriptor. */
export function listenPacket(path: string): number {
  const fd = check("socket", socket(AF_UNIX, SOCK_SEQPACKET | FLAGS, 0));
  const name = address(path);
  check("bind", bind(fd, name, name.length));
  check("listen", listen(fd, BACKLOG));
  return fd;
}

/** A connected socket's descriptor. */
export function connectPacket(path: string): number {
  const fd = check("socket", socket(AF_UNIX, SOCK_SEQPACKET | FLAGS, 0));
  const name = address(path);
  check("connect", connect(fd, name, name.length));
  return fd;
}

/** The next connection's descriptor, or null if none is waiting. */
export function acceptPacket(fd: number): number | null {
  const connection = accept4(fd, null, null, FLAGS);
  if (connection < 0 && koffi.errno() === EAGAIN) {
    return null;
  }
  return check("accept4", connection);
}

/** Sends one packet. Throws where the socket's buffer is full. */
export function sendPacket(fd: number, octets: Uint8Array): void {
  check("send", send(fd, octets, octets.length, MSG_NOSIGNAL));
}

/**
 * Receives one packet into the buffer and returns its length: 0 at the end of the connection, null if
 * nothing is waiting.
 */
export function receivePacket(fd: number, into: Uint8Array): number | null {
  const length = recv(fd, into, into.length, MSG_TRUNC);
  if (length < 0) {
    const errno = koffi.errno();
    if (errno === EAGAIN) {
      return null;
    }
    if (errno === ECONNRESET) {
      return 0;
    }
  }
  if (check("recv", length) > into.length) {
    throw new Error(`a packet of ${length} octets where ${into.length} are the most`);
  }
  return length;
}

export function closePacket(fd: number): void {
  closeFd(fd);
}

/** What a floor's server does with the packet in `buffer`: the shortest handler there is. */
export function answerPacket(fd: number, buffer: Buffer, length: number): void {
  if (length <= LONGEST_ECHO) {
    sendPacket(fd, buffer.subarray(0, length));
  } else {
    buffer.writeUInt32LE(length, 0);
    sendPacket(fd, buffer.subarray(0, 4));
  }
}
