import { loadPairedSystem } from "../systems/index.js";
import { answerHarness, describeError, isMessage, tellHarness } from "./message.js";
import { ownStatus } from "./status.js";

const [name = "", path = ""] = process.argv.slice(2);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  if (isMessage(message) && message.kind === "query-status") {
    void answerHarness(() => ({ kind: "status", status: ownStatus(message.query) }));
  }
});

try {
  const system = await loadPairedSystem(name);
  if (system.serve === undefined) {
    throw new Error(`${name} has no server of its own`);
  }
  await system.serve(path, () => tellHarness({ kind: "listening" }));
} catch (error) {
  await tellHarness({ kind: "failed", message: describeError(error) });
}
