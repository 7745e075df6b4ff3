import { align8 } from "../port-message.js";
import { addressOf, C, type LibC } from "./libc.js";
import { systemError } from "./system-error.js";

/** struct msghdr, iovec and cmsghdr: see receive-batch.ts. */
const HEADER = 56;
const IOVEC = 16;
const CMSG_HEADER = 16;

/** Sends a packet with descriptors beside it (SCM_RIGHTS): what sendmsg returns. The descriptors stay the caller's. */
export function sendWithDescriptors(
  libc: LibC,
  fd: number,
  packet: Uint8Array,
  fds: readonly number[],
): number {
  // One buffer for all parts: what is passed to the call is what the addresses in it point into.
  const iovec = HEADER;
  const control = iovec + IOVEC;
  const controlLength = CMSG_HEADER + align8(fds.length * 4);
  const octets = control + controlLength;
  const message = Buffer.allocUnsafeSlow(octets + packet.length).fill(0, 0, octets);
  const address = addressOf(message);
  const setWord = (at: number, value: number) => message.writeBigUInt64LE(BigInt(value), at);
  setWord(16, address + iovec);
  setWord(24, 1);
  setWord(32, address + control);
  setWord(40, controlLength);
  setWord(iovec, address + octets);
  setWord(iovec + 8, packet.length);
  setWord(control, CMSG_HEADER + fds.length * 4);
  message.writeInt32LE(C.SOL_SOCKET, control + 8);
  message.writeInt32LE(C.SCM_RIGHTS, control + 12);
  for (const [i, descriptor] of fds.entries())
    message.writeInt32LE(descriptor, control + CMSG_HEADER + i * 4);
  message.set(packet, octets);
  return libc.sendmsg(fd, message, C.MSG_DONTWAIT | C.MSG_NOSIGNAL);
}

/** Copies of descriptors, close-on-exec. Throws AlpcError, and then there are none. */
export function duplicateDescriptors(libc: LibC, fds: readonly number[]): number[] {
  const copies: number[] = [];
  for (const fd of fds) {
    const copy = libc.fcntl(fd, C.F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
      const error = systemError(libc, `duplicating descriptor ${fd}`);
      for (const made of copies) libc.close(made);
      throw error;
    }
    copies.push(copy);
  }
  return copies;
}
