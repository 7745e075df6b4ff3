import { descriptorCloser } from "./descriptor-closer.js";
import { addressOf, C, Errno, type LibC } from "./libc.js";
import { accept } from "./socket.js";

/** struct msghdr (see receive-batch.ts) without room for anything: MSG_TRUNC or MSG_CTRUNC say that there is a packet. */
const HEADER = 56;
const FLAGS = 48;

/**
 * Closes a connected socket. Descriptors that its peer has sent and nobody has read are closed with it, which takes as long as
 * the peer likes: where there may be any, another thread does it.
 */
export function closeConnection(libc: LibC, fd: number): void {
  if (refusesDescriptors(libc, fd)) {
    libc.close(fd);
    return;
  }
  // Nothing comes after we have looked, then.
  libc.shutdown(fd, C.SHUT_RDWR);
  if (hasUnread(libc, fd)) descriptorCloser().close(fd);
  else libc.close(fd);
}

/** Closes a listening socket, and as above the connections that nobody has accepted. */
export function closeListener(libc: LibC, fd: number): void {
  if (refusesDescriptors(libc, fd)) {
    libc.close(fd);
    return;
  }
  libc.shutdown(fd, C.SHUT_RDWR);
  for (let left = accept(libc, fd); left >= 0; left = accept(libc, fd)) closeConnection(libc, left);
  // EAGAIN: none is left. Else there is no descriptor to accept one with.
  if (libc.errno() === Errno.EAGAIN) libc.close(fd);
  else descriptorCloser().close(fd);
}

/** Whether no packet with descriptors reaches the socket: see refuseDescriptors. */
function refusesDescriptors(libc: LibC, fd: number): boolean {
  const value = Buffer.from([1, 0, 0, 0]);
  const length = Buffer.from([4, 0, 0, 0]);
  return libc.getsockopt(fd, C.SOL_SOCKET, C.SO_PASSRIGHTS, value, length) === 0 && value.readInt32LE() === 0;
}

function hasUnread(libc: LibC, fd: number): boolean {
  const header = Buffer.alloc(HEADER);
  const peek = () => libc.recvmsg(fd, addressOf(header), C.MSG_PEEK | C.MSG_DONTWAIT);
  // An error of the socket (ECONNRESET) is told once, whatever lies behind it.
  if (peek() < 0 && peek() < 0) return false;
  return (header.readUInt32LE(FLAGS) & (C.MSG_TRUNC | C.MSG_CTRUNC)) !== 0;
}
