import { type DocumentSymbol, type Range, SymbolKind } from "vscode-languageserver/node";
import type { Declaration, FileIndex } from "./file-index.js";
import { toRange } from "./positions.js";

const KINDS: Readonly<Record<Declaration["kind"], SymbolKind>> = {
  interface: SymbolKind.Interface,
  method: SymbolKind.Method,
  type: SymbolKind.Struct,
  constant: SymbolKind.Constant,
  label: SymbolKind.EnumMember,
  field: SymbolKind.Field,
};

/** The outline of a file: interfaces with what they declare, labels inside their enums. */
export function symbolsOf(index: FileIndex): DocumentSymbol[] {
  const declared = [...index.globals].filter(({ hasBody }) => hasBody);
  const top: DocumentSymbol[] = [];
  const open: { readonly symbol: DocumentSymbol; readonly end: number }[] = [];
  declared.sort((a, b) => a.whole.start - b.whole.start || b.whole.end - a.whole.end);
  for (const declaration of declared) {
    while (open.length > 0 && (open.at(-1)?.end ?? 0) < declaration.whole.end) open.pop();
    const symbol = toSymbol(declaration);
    const around = open.at(-1)?.symbol;
    if (around === undefined) top.push(symbol);
    else around.children = [...(around.children ?? []), symbol];
    open.push({ symbol, end: declaration.whole.end });
  }
  return top;
}

function toSymbol({ name, kind, source, start, end, whole }: Declaration): DocumentSymbol {
  const selectionRange: Range = toRange(source, start, end);
  const first = Math.min(whole.start, start);
  const last = Math.max(whole.end, end);
  return { name, kind: KINDS[kind], range: toRange(source, first, last), selectionRange };
}
