/**
 * Which way data takes, by size: in the message itself as far as that goes (just under 64 KiB), in a section, in several slices of
 * sections, or directly from or to the client's memory, for what is larger than a section and only where the server allows it.
 *
 * The work of both sides in one process, without waking another one (`node packages/alpc/bench/transfer.mjs`, Node 20.20,
 * Linux 6.18, 2 virtual cores; best of nine runs; microseconds):
 *
 * | size    | memcpy | short | section, pooled | section, fresh | direct, with its thread's round trip |
 * | ------: | -----: | ----: | --------------: | -------------: | -----------------------------------: |
 * |   1 KiB |        |     3 |               6 |                |                                      |
 * |  16 KiB |        |     5 |               6 |                |                                      |
 * |  63 KiB |        |     9 |               8 |                |                                      |
 * |  64 KiB |      1 |       |               8 |             96 |                                   88 |
 * |   1 MiB |     22 |       |              55 |            900 |                                  208 |
 * |   4 MiB |     88 |       |             260 |          4,200 |                                  800 |
 * |  16 MiB |    800 |       |           2,300 |         20,000 |                                4,750 |
 * |  64 MiB |  5,900 |       |          13,900 |         75,000 |                               18,100 |
 *
 * Whole calls between two processes (`node test/dist/programs/measure-bulk.js` at real-time priority; medians; upload and download of
 * ordinary arrays into memory that exists, download of sealed memory copied and seen; microseconds):
 *
 * | size    | memcpy | upload | download | sealed, copied | sealed, seen |
 * | ------: | -----: | -----: | -------: | -------------: | -----------: |
 * |  16 MiB |  1,480 |  4,170 |    3,780 |          1,520 |           81 |
 * |  64 MiB |  7,050 | 10,200 |    8,820 |          7,470 |           35 |
 *
 * The same with other slices (milliseconds, on a busy machine, so that only clear differences count): 16 MiB up took 7.9, 6.1
 * and 4.9 in slices of 512 KiB, 1 MiB and 2 MiB, 6.0 in one go; down 4.4, 3.6, 3.7 and 5.9. 4 MiB up took 2.1, 1.3, 1.4 and 2.0. 64 MiB
 * up took 14 to 21 with 8 slices of 1 MiB in flight, 27 to 31 with 4; 17 with 8 of 2 MiB; 17 in one go.
 * What costs most is the pages of new sections, and of new private memory (25 for 64 MiB), not that data is copied twice.
 */

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
