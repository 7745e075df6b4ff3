import koffi from "koffi";
import { addressOf, C, loadLibC } from "../src/linux/libc.js";

const libc = loadLibC();
const socketpair = koffi.load(null).func("int socketpair(int domain, int type, int protocol, void *fds)");

/** Two connected port sockets in this process; the second one gets credentials. The caller closes both. */
export function socketPair(): [near: number, far: number] {
  const fds = Buffer.alloc(8);
  const type = C.SOCK_SEQPACKET | C.SOCK_CLOEXEC | C.SOCK_NONBLOCK;
  if (socketpair(C.AF_UNIX, type, 0, fds) < 0) throw new Error(`socketpair: errno ${libc.errno()}`);
  const on = Buffer.from([1, 0, 0, 0]);
  libc.setsockopt(fds.readInt32LE(4), C.SOL_SOCKET, C.SO_PASSCRED, on, 4);
  return [fds.readInt32LE(0), fds.readInt32LE(4)];
}

/** Sends one packet with descriptors, as any program could. False if the socket takes no more. */
export function sendWithDescriptors(socket: number, data: Uint8Array, fds: readonly number[]): boolean {
  const octets = Buffer.allocUnsafeSlow(Math.max(1, data.length));
  octets.set(data);
  const vector = Buffer.allocUnsafeSlow(16);
  vector.writeBigUInt64LE(BigInt(addressOf(octets)), 0);
  vector.writeBigUInt64LE(BigInt(data.length), 8);
  const control = Buffer.allocUnsafeSlow(16 + Math.max(1, fds.length) * 4);
  control.writeBigUInt64LE(BigInt(16 + fds.length * 4), 0);
  control.writeInt32LE(C.SOL_SOCKET, 8);
  control.writeInt32LE(C.SCM_RIGHTS, 12);
  for (const [i, fd] of fds.entries()) control.writeInt32LE(fd, 16 + i * 4);
  const message = Buffer.alloc(56);
  message.writeBigUInt64LE(BigInt(addressOf(vector)), 16);
  message.writeBigUInt64LE(1n, 24);
  if (fds.length > 0) {
    message.writeBigUInt64LE(BigInt(addressOf(control)), 32);
    message.writeBigUInt64LE(BigInt(16 + fds.length * 4), 40);
  }
  return libc.sendmsg(socket, message, C.MSG_NOSIGNAL) >= 0;
}
