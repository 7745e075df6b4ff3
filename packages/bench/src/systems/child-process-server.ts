import { ownStatus } from "../harness/status.js";
import { samplePayload } from "../sample-payload.js";
import type { ChildRequest, ChildResponse } from "./child-process.js";

const reply = (response: ChildResponse) => process.send?.(response);

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  // The other end is child-process.ts.
  const { id, method, data = new Uint8Array(), length = 0, query = {} } = message as ChildRequest;
  switch (method) {
    case "echo":
      reply({ id, data });
      break;
    case "upload":
      reply({ id, length: data.length });
      break;
    case "download":
      reply({ id, data: samplePayload(length) });
      break;
    case "status":
      reply({ id, status: ownStatus(query) });
      break;
  }
});
