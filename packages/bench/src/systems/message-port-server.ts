import { type MessagePort, parentPort } from "node:worker_threads";
import { ownStatus } from "../harness/status.js";
import { samplePayload } from "../sample-payload.js";
import type { PortRequest, PortResponse } from "./message-port.js";

parentPort?.once("message", (port: MessagePort) => {
  const reply = (response: PortResponse) => port.postMessage(response);
  port.on("message", ({ id, method, data = new Uint8Array(), length = 0, query = {} }: PortRequest) => {
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
        // Its client is the same process, which tells the processor time of both.
        reply({ id, status: { ...ownStatus(query), cpu: 0 } });
        break;
    }
  });
});
