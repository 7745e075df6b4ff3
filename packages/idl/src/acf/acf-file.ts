import type { Attribute, Name } from "../syntax/ast.js";

/** What an attribute configuration file adds to an IDL file, by name. */
export interface AcfFile {
  readonly interfaces: ReadonlyMap<string, AcfInterface>;
}

/** The attributes of one name. */
export interface AcfEntry {
  readonly name: Name;
  readonly attributes: readonly Attribute[];
}

export interface AcfInterface extends AcfEntry {
  readonly types: ReadonlyMap<string, AcfEntry>;
  readonly methods: ReadonlyMap<string, AcfMethod>;
}

export interface AcfMethod extends AcfEntry {
  readonly parameters: ReadonlyMap<string, AcfEntry>;
}
