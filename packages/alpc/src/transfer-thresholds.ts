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
 * The same with other slices, on a machine with other work, in sections that are used again (the table above is of 2 MiB): 1 MiB up
 * took 690 in one go and 80 to 140 in slices of 256 KiB, 4 MiB up 2,060 and 390 to 470 in slices of 1 MiB, 64 MiB up 16,400 and 8,000 to
 * 9,900, down 10,900 and 12,400. Half of that is sleep: who waits for longer than it spins has to be woken (see Patience.handedOver),
 * and a copy of 256 KiB takes less than that. In C, without sleep, the same takes 34 for 1 MiB and 4,600 for 64 MiB (memcpy-across.c).
 * What costs most is the pages of new sections, and of new private memory (see octet-memory.ts), not that data is copied twice.
 */

const KiB = 1024;

/** Octets of the smallest slices and of the largest ones: one of each process fits the processor's own cache. */
const SMALLEST = 256 * KiB;
const LARGEST = 1024 * KiB;
/** Slices that even a small array is worth. */
const SLICES = 4;

/**
 * Octets of the parts in which an array of `size` octets is copied through sections: one process fills the next while the
 * other empties one.
 */
export function sliceSize(size: number): number {
  let slice = SMALLEST;
  while (slice < LARGEST && slice * SLICES < size) slice *= 2;
  return Math.min(slice, size);
}

/** Parts that a sender has filled and the receiver not yet given back. */
export const VIEWS_IN_FLIGHT = 8;
