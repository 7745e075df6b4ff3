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
 * Slices are of 1 MiB: each has a price of its own, since who waits for it may have fallen asleep, and one of each process still
 * fits the processor's own cache. 1 MiB in one go and in four slices (medians of three turns each, on a machine with other work,
 * into memory that was used before): up 310 to 370 and 770 to 960, down 230 to 320 and 380 to 580. 4 MiB in two slices took about as
 * long as in four. In C, without sleep, 1 MiB takes 34 in slices of 256 KiB, and 64 MiB 4,600 (memcpy-across.c).
 * What costs most is the pages of new sections, and of new private memory (see octet-memory.ts), not that data is copied twice.
 */

/**
 * Octets of the parts in which a longer array is copied through sections: one process fills the next while the other
 * empties one.
 */
export const SLICE_SIZE = 1024 * 1024;

/** Parts that a sender has filled and the receiver not yet given back. */
export const VIEWS_IN_FLIGHT = 8;
