/**
 * Octets of stub data up to which a message carries it itself. Beyond it a section is faster, for a copy in and out of
 * shared memory costs less than two copies through the kernel's socket buffers. Set by measurement: see the table in
 * @ncalrpc/alpc's transfer thresholds.
 */
export const defaultShortLimit = 32 * 1024;
