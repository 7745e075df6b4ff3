const { workspace } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

/** Starts `ncalrpc lsp` for IDL files. */
exports.activate = async () => {
  const settings = workspace.getConfiguration("ncalrpc");
  client = new LanguageClient(
    "ncalrpc",
    "ncalrpc IDL",
    { command: settings.get("command", "ncalrpc"), args: ["lsp"], transport: TransportKind.stdio },
    {
      documentSelector: [{ scheme: "file", language: "idl" }],
      initializationOptions: {
        includeDirectories: settings.get("includeDirectories", []),
        dialect: settings.get("dialect", "midl"),
        defines: settings.get("defines", {}),
      },
      synchronize: {
        configurationSection: "ncalrpc",
        fileEvents: workspace.createFileSystemWatcher("**/*.{idl,acf,h}"),
      },
    },
  );
  await client.start();
};

exports.deactivate = async () => {
  await client?.stop();
};
