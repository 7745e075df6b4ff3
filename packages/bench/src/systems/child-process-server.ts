import { answerMessage, type MessageRequest } from "./message-channel.js";

process.on("disconnect", () => process.exit());
// The other end is child-process.ts.
process.on("message", (message) => process.send?.(answerMessage(message as MessageRequest)));
