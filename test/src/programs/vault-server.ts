// A server of Vault: `node vault-server.js '{"endpoint": ...}'`, ready when it sends "ready".
import { RpcServer } from "@ncalrpc/runtime";
import { Vault } from "../gen/vault.js";
import { vaultHandlers } from "../vault-handlers.js";

const server = new RpcServer(JSON.parse(process.argv[2] ?? "{}"));
server.register(Vault, vaultHandlers());
await server.listen();
process.on("disconnect", () => process.exit());
process.send?.("ready");
