/** Whether this thread is handing messages on: handlers run within that, up to their first await. */
export const turn = { depth: 0 };
