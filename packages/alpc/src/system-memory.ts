/** What a system offers beyond ordinary memory; null where that is nothing. */
export const systemMemory = process.platform === "linux" ? await import("./linux/seal-memory.js") : null;
