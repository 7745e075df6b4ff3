import { type Codec, exercise } from "./codec.js";
import { isBytes } from "./messages.js";

/** What nobody can do without: one copy into memory of its own each way. */
export const memcpy: Codec = {
  name: "memcpy",
  description: "floor: one copy of the bytes each way, Uint8Array.prototype.slice",
  packages: [],
  messages: ["bytes"],
  prepare(_name, value) {
    if (!isBytes(value)) throw new TypeError("memcpy copies bytes");
    return exercise(
      value.data,
      (data) => data.slice(),
      (data) => data.slice(),
      (data) => ({ data }),
    );
  },
};
