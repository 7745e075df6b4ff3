import { parentPort } from "node:worker_threads";
import { C, loadLibC } from "./libc.js";

/** The thread of a DescriptorCloser: closes what it is sent and answers each time. */
const libc = loadLibC();
// struct linger { int l_onoff; int l_linger; }: do not wait for unsent data. Fails, harmlessly, on what is no socket.
const noLinger = Buffer.alloc(8);

parentPort?.on("message", (fd: number) => {
  libc.setsockopt(fd, C.SOL_SOCKET, C.SO_LINGER, noLinger, noLinger.length);
  libc.close(fd);
  parentPort?.postMessage(null);
});
