export { externalThreshold } from "./array-writer.js";
export { BigEndianReader } from "./big-endian-reader.js";
export { isNdrError, NdrError, type NdrErrorCode } from "./error.js";
export { readGuid, writeGuid } from "./guid.js";
export {
  defaultReaderLimits,
  maxCount,
  type ReaderLimits,
  type TransferSyntax,
  type WriterOptions,
} from "./limits.js";
export {
  putCounted,
  putCountedReferent,
  putSid,
  sidCount,
  takeCounted,
  takeCountedReferent,
  takeSid,
} from "./natural.js";
export { countOfPending, pending, pendingCount } from "./pending.js";
export { decodeProcedure, encodeProcedure, type ProcedureIdentity } from "./procedure.js";
export type { ApartArray } from "./read-cursor.js";
export { Reader } from "./reader.js";
export { Reader64 } from "./reader64.js";
export { StubReader } from "./stub-reader.js";
export {
  acceptSystemHandles,
  MessageHandles,
  putSystemHandle,
  putSystemHandleOrNull,
  type SystemHandle,
  takeSystemHandle,
  takeSystemHandleOrNull,
} from "./system-handle.js";
export { Writer } from "./writer.js";
export { Writer64 } from "./writer64.js";
