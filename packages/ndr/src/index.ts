export { isNdrError, NdrError, type NdrErrorCode } from "./error.js";
export { readGuid, writeGuid } from "./guid.js";
export { defaultReaderLimits, maxCount, type ReaderLimits, type WriterOptions } from "./limits.js";
export { countOfPending, pending, pendingCount } from "./pending.js";
export { Reader } from "./reader.js";
export { externalThreshold, Writer } from "./writer.js";
