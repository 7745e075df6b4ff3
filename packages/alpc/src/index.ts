export { ConnectionRefusedError } from "./connection-refused.js";
export type * from "./data-information.js";
export { defaultKernel, setDefaultKernel } from "./default-kernel.js";
export * from "./error.js";
export type { Finding } from "./finding.js";
export type * from "./handle.js";
export * from "./kernel.js";
export * from "./message.js";
export { prepareOctets, releaseBytes, takeOctets } from "./octet-memory.js";
export { defaultPortLimits, MAX_CONNECT_PAYLOAD, resolvePortLimits } from "./port-limits.js";
export { type PortName, parsePortName } from "./port-name.js";
export { createSealedBytes, sealBytes } from "./sealed-bytes.js";
export {
  DIRECT_MEMORY_THRESHOLD,
  SHORT_PAYLOAD_LIMIT,
  sliceSize,
  VIEWS_IN_FLIGHT,
} from "./transfer-thresholds.js";
export type { View } from "./view.js";
