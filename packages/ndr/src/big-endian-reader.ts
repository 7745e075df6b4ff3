import type { ReaderLimits } from "./limits.js";
import { StubReader } from "./stub-reader.js";

/** Decodes NDR20 of a sender whose data representation label says big-endian (C706 14.1). */
export class BigEndianReader extends StubReader {
  constructor(limits: Partial<ReaderLimits> = {}) {
    super(limits, false);
  }
}
