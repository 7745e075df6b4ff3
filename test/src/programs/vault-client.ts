// A client of Vault as the user argv[4]: prints how it fares with the file argv[3] by itself, and with the server's help.
import { openSync, readFileSync } from "node:fs";
import { Vault } from "../gen/vault.js";

const [binding = "", path = "", uid = ""] = process.argv.slice(2);
process.setgroups?.([]);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));

function openAlone(): string {
  try {
    openSync(path, "r");
    return "opened";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "failed";
  }
}

const vault = await Vault.connect(binding);
const { file } = await vault.open(path, false);
process.stdout.write(JSON.stringify({ alone: openAlone(), text: readFileSync(file.fd, "utf8") }));
file.close();
await vault.close();
