import type { Model } from "@ncalrpc/idl";
import type { GeneratedFile } from "./generated-file.js";

/**
 * A back end: a name and a pure function of the checked model. `ncalrpc generate --plugin MODULE` runs whichever a module
 * exports as its default; the TypeScript back end is one of these, and has no other way in.
 */
export interface Plugin {
  /** As messages call it. */
  readonly name: string;
  /** One line: what it makes. */
  readonly description: string;
  /**
   * Files for a model without errors. It does no I/O, and gives the same files for the same model: what is written where
   * is for its caller, who refuses paths that lead out of the output directory. May throw: then nothing is written.
   */
  generate(model: Model): readonly GeneratedFile[];
  /** What the model says and the files do not do, a line each with its place: shown as warnings. */
  limitations?(model: Model): readonly string[];
}
