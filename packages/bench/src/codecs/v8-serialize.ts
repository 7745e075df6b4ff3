import { deserialize, serialize } from "node:v8";
import { type Codec, exercise } from "./codec.js";
import { plainBytes } from "./plain-bytes.js";

export const v8Serialize: Codec = {
  name: "v8.serialize",
  description: "structured clone of Node.js: v8.serialize and v8.deserialize",
  packages: [],
  prepare: (_name, value) =>
    exercise(value, serialize, (octets: Buffer): unknown => deserialize(octets), plainBytes),
};
