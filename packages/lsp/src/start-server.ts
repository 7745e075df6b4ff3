import type { Readable, Writable } from "node:stream";
import { formatText } from "@ncalrpc/idl";
import {
  createConnection,
  type InitializeParams,
  type InitializeResult,
  MarkupKind,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { diagnosticsOf } from "./diagnostics.js";
import type { Declaration } from "./file-index.js";
import { hoverText } from "./hover-text.js";
import { toPath, toRange, toUri } from "./positions.js";
import { renameEdits } from "./rename.js";
import { symbolsOf } from "./symbols.js";
import { Workspace } from "./workspace.js";

/** How long the text has to rest before it is checked. */
const REST_MS = 100;

/**
 * Serves the language server protocol over two streams until the client says `exit`, which ends the process. Open files
 * are checked with what they import; `initializationOptions.includeDirectories` are looked in for imports.
 */
export function startServer(input: Readable, output: Writable): void {
  const connection = createConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  const documents = new TextDocuments(TextDocument);
  let workspace = new Workspace({ roots: [], includeDirectories: [] });
  let timer: NodeJS.Timeout | null = null;

  const publishAll = (): void => {
    timer = null;
    for (const path of workspace.openPaths) {
      void connection.sendDiagnostics({ uri: toUri(path), diagnostics: diagnosticsOf(path, workspace) });
    }
  };
  /** What a document and a position in it mean. */
  const find = (params: {
    textDocument: { uri: string };
    position: { line: number; character: number };
  }): Declaration | null => {
    const path = toPath(params.textDocument.uri);
    const document = documents.get(params.textDocument.uri);
    if (path === null || document === undefined) return null;
    return workspace.declarationAt(path, document.offsetAt(params.position));
  };

  connection.onInitialize((params) => {
    workspace = new Workspace({
      roots: rootsOf(params),
      includeDirectories: includeDirectoriesOf(params.initializationOptions),
    });
    return capabilities;
  });
  documents.onDidChangeContent(({ document }) => {
    const path = toPath(document.uri);
    if (path === null) return;
    workspace.open(path, document.getText());
    // All open files: what one of them imports may be another one.
    timer ??= setTimeout(publishAll, REST_MS);
  });
  documents.onDidClose(({ document }) => {
    const path = toPath(document.uri);
    if (path !== null) workspace.close(path);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  connection.onShutdown(() => {
    if (timer !== null) clearTimeout(timer);
  });

  connection.onHover((params) => {
    const found = find(params);
    return found === null ? null : { contents: { kind: MarkupKind.Markdown, value: hoverText(found) } };
  });
  connection.onDefinition((params) => {
    const found = find(params);
    return found === null
      ? null
      : { uri: toUri(found.source.path), range: toRange(found.source, found.start, found.end) };
  });
  connection.onDocumentFormatting(({ textDocument }) => {
    const document = documents.get(textDocument.uri);
    if (document === undefined) return null;
    const before = document.getText();
    const { text } = formatText(before, textDocument.uri);
    if (text === null || text === before) return [];
    const end = document.positionAt(before.length);
    return [{ range: { start: { line: 0, character: 0 }, end }, newText: text }];
  });
  connection.onDocumentSymbol(({ textDocument }) => {
    const path = toPath(textDocument.uri);
    const index = path === null ? null : workspace.index(path);
    return index === null ? null : symbolsOf(index);
  });
  connection.onPrepareRename((params) => {
    const path = toPath(params.textDocument.uri);
    const document = documents.get(params.textDocument.uri);
    if (path === null || document === undefined || find(params) === null) return null;
    const token = workspace.index(path)?.identifierAt(document.offsetAt(params.position));
    const source = workspace.index(path)?.file.source;
    if (token == null || source === undefined) return null;
    return { range: toRange(source, token.start, token.end), placeholder: token.text };
  });
  connection.onRenameRequest((params) => {
    const found = find(params);
    return found === null ? null : { changes: renameEdits(found, params.newName, workspace) };
  });

  documents.listen(connection);
  connection.listen();
}

const capabilities: InitializeResult = {
  capabilities: {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    hoverProvider: true,
    definitionProvider: true,
    documentFormattingProvider: true,
    documentSymbolProvider: true,
    renameProvider: { prepareProvider: true },
  },
  serverInfo: { name: "ncalrpc" },
};

function rootsOf({ workspaceFolders }: InitializeParams): string[] {
  return (workspaceFolders ?? []).flatMap(({ uri }) => toPath(uri) ?? []);
}

function includeDirectoriesOf(options: unknown): string[] {
  if (typeof options !== "object" || options === null || !("includeDirectories" in options)) return [];
  const { includeDirectories } = options;
  return Array.isArray(includeDirectories)
    ? includeDirectories.filter((entry) => typeof entry === "string")
    : [];
}
