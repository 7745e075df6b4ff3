import { normalize } from "node:path";
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
import { readSettings } from "./settings.js";
import { symbolsOf } from "./symbols.js";
import { Workspace } from "./workspace.js";

/** How long the text has to rest before it is checked. */
const REST_MS = 100;

/**
 * Serves the language server protocol over two streams until the client says `exit`, which ends the process. Open files
 * are checked with what they import as they change; the others of the workspace's folders at the start, and when a file
 * is saved. Settings come as `initializationOptions`, and as the section `ncalrpc` when they change.
 */
export function startServer(input: Readable, output: Writable): void {
  const connection = createConnection(new StreamMessageReader(input), new StreamMessageWriter(output));
  const documents = new TextDocuments(TextDocument);
  let workspace = new Workspace([], readSettings({}));
  let timer: NodeJS.Timeout | null = null;
  /** Counts the rounds over files that are not open: a new one ends the one before. */
  let round = 0;

  const publish = (path: string): void => {
    void connection.sendDiagnostics({ uri: toUri(path), diagnostics: diagnosticsOf(path, workspace) });
  };
  const publishOpen = (): void => {
    timer = null;
    for (const path of workspace.openPaths) publish(path);
  };
  /** One file at a time, so that requests are answered in between. */
  const publishOthers = async (): Promise<void> => {
    round += 1;
    const own = round;
    for (const path of workspace.filesOnDisk) {
      await new Promise((resolve) => setImmediate(resolve));
      if (own !== round) return;
      if (!workspace.isOpen(path)) publish(path);
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
    workspace = new Workspace(rootsOf(params), readSettings(params.initializationOptions));
    return capabilities;
  });
  connection.onInitialized(() => void publishOthers());
  connection.onDidChangeConfiguration(({ settings }) => {
    workspace = workspace.withSettings(readSettings(sectionOf(settings)));
    timer ??= setTimeout(publishOpen, REST_MS);
    void publishOthers();
  });
  connection.onDidChangeWatchedFiles(() => {
    timer ??= setTimeout(publishOpen, REST_MS);
    void publishOthers();
  });
  documents.onDidSave(() => void publishOthers());
  documents.onDidChangeContent(({ document }) => {
    const path = toPath(document.uri);
    if (path === null) return;
    workspace.open(path, document.getText());
    // All open files: what one of them imports may be another one.
    timer ??= setTimeout(publishOpen, REST_MS);
  });
  documents.onDidClose(({ document }) => {
    const path = toPath(document.uri);
    if (path !== null) workspace.close(path);
    // Of a file in the workspace, what is on the disk stays reported.
    if (path !== null && workspace.filesOnDisk.includes(normalize(path))) publish(path);
    else void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  connection.onShutdown(() => {
    round += 1;
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
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
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

/** Editors send the section alone, or everything. */
function sectionOf(settings: unknown): unknown {
  return typeof settings === "object" && settings !== null && "ncalrpc" in settings
    ? settings.ncalrpc
    : settings;
}
