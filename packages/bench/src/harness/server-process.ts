import { ownStatus } from "../system.js";
import { loadSystem } from "../systems/index.js";
import { describeError, isMessage, tellHarness } from "./message.js";

const [name = "", path = ""] = process.argv.slice(2);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (isMessage(message) && message.kind === "query-status") {
    void tellHarness({ kind: "status", status: ownStatus(message.collect) });
  }
});

try {
  const system = await loadSystem(name);
  if (system.serve === undefined) {
    throw new Error(`${name} has no server of its own`);
  }
  await system.serve(path, () => tellHarness({ kind: "listening" }));
} catch (error) {
  await tellHarness({ kind: "failed", message: describeError(error) });
}
