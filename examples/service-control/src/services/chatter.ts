// Writes megabytes at once, then is quiet.
import { chatterText } from "./chatter-text.js";

const MiB = 1024 * 1024;

process.stdout.write(chatterText(Number(process.env["MEGABYTES"] ?? 1) * MiB));
setInterval(() => {}, 1 << 30);
