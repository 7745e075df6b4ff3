// Sends a packet (hexadecimal) on the socket that its parent left it as descriptor 3, as a user if one is named.
import { setgid, setuid } from "node:process";
import { C, loadLibC } from "../../../packages/alpc/dist/linux/libc.js";

const [, , hex = "", uid = "0"] = process.argv;
const packet = Buffer.from(hex, "hex");
const libc = loadLibC();
if (uid !== "0") {
  setgid?.(Number(uid));
  setuid?.(Number(uid));
}
process.exit(libc.send(3, packet, packet.length, C.MSG_NOSIGNAL) === packet.length ? 0 : 1);
