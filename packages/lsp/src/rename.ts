import { ErrorCodes, ResponseError, type TextEdit } from "vscode-languageserver/node";
import type { Declaration } from "./file-index.js";
import { toRange, toUri } from "./positions.js";
import type { Workspace } from "./workspace.js";

const KEYWORDS = new Set(
  "interface import typedef struct union enum switch case default const void in out boolean byte char wchar_t small short int long hyper float double signed unsigned handle_t pipe cpp_quote sizeof TRUE FALSE NULL".split(
    " ",
  ),
);

/** The edits that give a declaration another name, by document. Throws ResponseError for a name that can't be. */
export function renameEdits(
  declaration: Declaration,
  newName: string,
  workspace: Workspace,
): Record<string, TextEdit[]> {
  refuseBadName(declaration, newName, workspace);
  const changes: Record<string, TextEdit[]> = {};
  for (const { path, start, end } of workspace.occurrencesOf(declaration)) {
    const source = workspace.index(path)?.file.source;
    if (source === undefined) continue;
    const uri = toUri(path);
    changes[uri] = [...(changes[uri] ?? []), { range: toRange(source, start, end), newText: newName }];
  }
  return changes;
}

function refuseBadName(declaration: Declaration, newName: string, workspace: Workspace): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(newName))
    throw new ResponseError(ErrorCodes.InvalidParams, `'${newName}' is not a name`);
  if (KEYWORDS.has(newName))
    throw new ResponseError(ErrorCodes.InvalidParams, `'${newName}' is a word of the language`);
  const { path } = declaration.source;
  const isTaken =
    declaration.kind === "field"
      ? (workspace.index(path)?.siblingsOf(declaration) ?? []).includes(newName)
      : workspace.lookUp(path, newName) !== null;
  if (isTaken && newName !== declaration.name)
    throw new ResponseError(ErrorCodes.InvalidParams, `'${newName}' is taken`);
}
