import type { Dialect } from "../dialect.js";
import { automationText } from "./automation-text.js";
import { dceText } from "./dce-text.js";
import { pidlText } from "./pidl-text.js";
import { protocolText } from "./protocol-text.js";
import { windowsText } from "./windows-text.js";

/** Where the files of the prelude are said to lie. No host is asked for them. */
export const PRELUDE_DIRECTORY = "<built-in>/";

/**
 * Files that published IDL imports and that come with other compilers, by lower-case name: what RPC needs of them, in our
 * own words. A file of the same name on the search path goes first.
 */
const files: ReadonlyMap<string, string> = new Map([
  ["windows-types.idl", windowsText],
  ["basetsd.idl", 'import "windows-types.idl";'],
  ["basetsd.h", 'import "windows-types.idl";'],
  ["guiddef.h", 'import "windows-types.idl";'],
  ["windef.h", 'import "windows-types.idl";'],
  ["wtypes.h", 'import "wtypes.idl";'],
  ["ms-oaut.idl", 'import "wtypes.idl", "ms-dtyp.idl";'],
  ["ms-dcom.idl", 'import "wtypes.idl", "ms-dtyp.idl";'],
  ["wtypesbase.idl", 'import "windows-types.idl";'],
  ["wtypes.idl", 'import "windows-types.idl", "automation.idl";'],
  ["windef.idl", 'import "windows-types.idl";'],
  ["ms-dtyp.idl", protocolText],
  ["automation.idl", automationText],
  ["unknwn.idl", 'import "wtypes.idl";'],
  ["unknwnbase.idl", 'import "wtypes.idl";'],
  ["objidl.idl", 'import "unknwn.idl";'],
  ["objidlbase.idl", 'import "unknwn.idl";'],
  ["oaidl.idl", 'import "objidl.idl";'],
  ["oleidl.idl", 'import "objidl.idl";'],
  ["ocidl.idl", 'import "oleidl.idl", "oaidl.idl";'],
  ["propidl.idl", 'import "objidl.idl", "oaidl.idl";'],
  ...[
    "oleacc",
    "servprov",
    "urlmon",
    "msxml",
    "docobj",
    "comcat",
    "dispex",
    "exdisp",
    "shobjidl",
    "propsys",
  ].map((name): [string, string] => [`${name}.idl`, 'import "oaidl.idl", "oleidl.idl";']),
  ["nbase.idl", dceText],
  ["pidl-types.idl", pidlText],
]);

/** The text of a file of the prelude by its path; null if it has no such file. */
export function preludeText(path: string): string | null {
  return files.get(path.slice(PRELUDE_DIRECTORY.length)) ?? null;
}

/** The file that a name has to be imported from: `wtypes.idl`, `ms-dtyp.idl` or `nbase.idl`; null if none defines it. */
export function preludeFileOf(name: string, dialect: Dialect): string | null {
  if (!/^\w{1,64}$/.test(name)) return null;
  const definition = new RegExp(`\\b${name}\\s*[,;]`);
  if (dialect === "dce" && definition.test(dceText)) return "nbase.idl";
  if (definition.test(windowsText) || definition.test(automationText)) return "wtypes.idl";
  if (definition.test(protocolText)) return "ms-dtyp.idl";
  return definition.test(dceText) ? "nbase.idl" : null;
}
