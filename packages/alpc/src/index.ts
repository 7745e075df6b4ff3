export * from "./error.js";
export type * from "./data-information.js";
export type * from "./handle.js";
export * from "./kernel.js";
export * from "./message.js";
export type * from "./view.js";
