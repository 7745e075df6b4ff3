// Writes megabytes at once, then is quiet.
import { setInterval } from "node:timers";
import { chatterLine, LINE_SIZE } from "./chatter-line.js";

const lines = (Number(process.env["MEGABYTES"] ?? 1) * 1024 * 1024) / LINE_SIZE;
process.stdout.write(Array.from({ length: lines }, (_, n) => chatterLine(n)).join(""));
setInterval(() => {}, 1 << 30);
