import koffi from "koffi";
import { type DescriptorCloser, descriptorCloser } from "../src/linux/descriptor-closer.js";
import { C, loadLibC } from "../src/linux/libc.js";

const libc = loadLibC();
const pipe = koffi.load(null).func("int pipe(void *fds)");

/** A page of memory that can be sealed. The caller closes it. */
export function memoryFile(): number {
  const fd = libc.memfd_create("test", C.MFD_CLOEXEC | C.MFD_ALLOW_SEALING);
  libc.ftruncate(fd, 4096);
  return fd;
}

/** Both ends, to be closed by the caller. */
export function openPipe(): [number, number] {
  const fds = Buffer.alloc(8);
  pipe(fds);
  return [fds.readInt32LE(0), fds.readInt32LE(4)];
}

/**
 * Settles when the thread that closes descriptors runs and has closed all that it was given: now what is open can be counted.
 * `closer`: that of the built packages, for tests that use them.
 */
export const descriptorsClosed = (closer: Pick<DescriptorCloser, "close"> = descriptorCloser()) =>
  new Promise<void>((resolve) => closer.close(memoryFile(), resolve));
