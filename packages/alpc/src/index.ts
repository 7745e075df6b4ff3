export { ConnectionRefusedError } from "./connection-refused.js";
export type * from "./data-information.js";
export { defaultKernel, setDefaultKernel } from "./default-kernel.js";
export * from "./error.js";
export type { Finding } from "./finding.js";
export type * from "./handle.js";
export * from "./kernel.js";
export { createLinuxKernel, type LinuxKernel, type LinuxKernelOptions } from "./linux/linux-kernel.js";
export type { LoopbackFaults, OutgoingMessage } from "./loopback/faults.js";
export {
  createLoopbackKernel,
  type LoopbackKernel,
  type LoopbackKernelOptions,
} from "./loopback/loopback-kernel.js";
export * from "./message.js";
export { createNtKernel, type NtKernel, type NtKernelOptions } from "./nt/nt-kernel.js";
export { defaultPortLimits, MAX_CONNECT_PAYLOAD, resolvePortLimits } from "./port-limits.js";
export { type PortName, parsePortName } from "./port-name.js";
export { DIRECT_MEMORY_THRESHOLD, SHORT_PAYLOAD_LIMIT } from "./transfer-thresholds.js";
export type * from "./view.js";
