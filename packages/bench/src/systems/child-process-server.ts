import { ownStatus } from "../system.js";
import type { ChildRequest, ChildResponse } from "./child-process.js";

const reply = (response: ChildResponse) => process.send?.(response);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  // The other end is child-process.ts.
  const { id, method, data = new Uint8Array() } = message as ChildRequest;
  switch (method) {
    case "echo":
      reply({ id, data });
      break;
    case "upload":
      reply({ id, length: data.length });
      break;
    case "status":
      reply({ id, status: ownStatus(false) });
      break;
  }
});
