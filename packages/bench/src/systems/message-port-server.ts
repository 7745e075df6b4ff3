import { type MessagePort, parentPort } from "node:worker_threads";
import { answerMessage, type MessageRequest } from "./message-channel.js";

parentPort?.once("message", (port: MessagePort) => {
  port.on("message", (request: MessageRequest) => {
    const response = answerMessage(request);
    const { status } = response;
    // Its client is the same process, which tells the processor time of both.
    port.postMessage(status === undefined ? response : { ...response, status: { ...status, cpu: 0 } });
  });
});
