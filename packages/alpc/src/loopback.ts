/** `@ncalrpc/alpc/loopback`: ports within one process, for tests of programs, with faults injected where wanted. */
export type { LoopbackFaults, OutgoingMessage } from "./loopback/faults.js";
export {
  createLoopbackKernel,
  type LoopbackKernel,
  type LoopbackKernelOptions,
} from "./loopback/loopback-kernel.js";
