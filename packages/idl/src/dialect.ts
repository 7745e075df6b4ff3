/** Whose reading of IDL applies: Microsoft's, Wine's, Samba's or that of DCE 1.1. */
export type Dialect = "midl" | "widl" | "pidl" | "dce";

/** What a text can ask for to know its compiler. */
export function dialectDefines(dialect: Dialect): ReadonlyMap<string, string> {
  switch (dialect) {
    case "midl":
      return new Map([
        ["__midl", "801"],
        ["_WIN32", "1"],
      ]);
    case "widl":
      return new Map([
        ["__WIDL__", "0x10000"],
        ["__midl", "801"],
        ["_WIN32", "1"],
      ]);
    case "pidl":
      return new Map([["__PIDL__", "1"]]);
    case "dce":
      return new Map([
        ["_DCE_IDL_", "1"],
        ["__DCE__", "1"],
      ]);
  }
}
