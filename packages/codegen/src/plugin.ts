import type { Model } from "@ncalrpc/idl";
import type { GeneratedFile } from "./generated-file.js";

/** A back end: a name and a pure function of the model. */
export interface Plugin {
  readonly name: string;
  readonly description: string;
  generate(model: Model): GeneratedFile[];
}
