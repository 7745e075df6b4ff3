import { Packr } from "msgpackr";
import { type Codec, exercise } from "./codec.js";
import { plainBytes } from "./plain-bytes.js";

/** Records with shared structures: the fastest way that its documentation names for data of known shape. */
export const msgpackr: Codec = {
  name: "msgpackr",
  description: "one Packr with shared record structures, native string extraction where it is installed",
  packages: ["msgpackr"],
  prepare(_name, value) {
    const packr = new Packr({ structures: [] });
    return exercise(
      value,
      (v) => packr.pack(v),
      (octets): unknown => packr.unpack(octets),
      plainBytes,
    );
  },
};
