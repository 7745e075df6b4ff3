import { MAX_MESSAGE_LENGTH, PORT_MESSAGE_SIZE } from "./message.js";

/**
 * Which of the three ways data takes, by size, unless the caller says otherwise.
 *
 * Measured with `node packages/alpc/bench/transfer.mjs` (Node 20.20, Linux 6.18, 2 virtual cores, load 2 to 3; best of nine
 * runs; microseconds for the work of both sides, without waking the other process):
 *
 * | size    | short | section, pooled (request / reply) | section, fresh | direct, with its thread's round trip |
 * | ------: | ----: | --------------------------------: | -------------: | -----------------------------------: |
 * |   1 KiB |     3 |                           11 / 15 |                |                                      |
 * |  16 KiB |     5 |                           11 / 16 |                |                                      |
 * |  32 KiB |     7 |                           12 / 17 |                |                                      |
 * |  63 KiB |    10 |                           19 / 27 |                |                                      |
 * |  64 KiB |       |                           14 / 20 |            115 |                                   85 |
 * | 256 KiB |       |                           24 / 46 |            320 |                                  106 |
 * |   1 MiB |       |                          65 / 144 |            900 |                                  190 |
 * |   4 MiB |       |                         258 / 576 |          4,200 |                                  560 |
 * |  16 MiB |       |                     3,500 / 5,300 |         18,000 |                                4,400 |
 * |  64 MiB |       |                   18,000 / 22,000 |         77,000 |                               20,000 |
 *
 * So a short message wins as far as it goes: the lines would meet beyond the 64 KiB that PORT_MESSAGE can say. A pooled section
 * beats direct access at every size, though data is copied twice there; what costs is the pages of a new section.
 */

/** Octets of payload that still go into the message itself: all that fit. Larger payloads go into a view. */
export const SHORT_PAYLOAD_LIMIT = MAX_MESSAGE_LENGTH - PORT_MESSAGE_SIZE;

/** Octets from which on a request offers its memory instead of asking for a view, where the server allows it: beyond what a pool should keep. */
export const DIRECT_MEMORY_THRESHOLD = 64 * 1024 * 1024 + 1;

const KiB = 1024;

/** Octets up to which an array is copied through a section in one go. */
const ONE_GO = 2048 * KiB;
const SLICE = 2048 * KiB;

/**
 * Octets of the parts in which an array of `size` octets is copied through sections: one process fills the next while the
 * other empties one.
 */
export function sliceSize(size: number): number {
  return size <= ONE_GO ? size : SLICE;
}

/** Parts that a sender has filled and the receiver not yet given back. */
export const VIEWS_IN_FLIGHT = 8;
