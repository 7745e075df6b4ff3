// Has a copy stalled by the peer {pid, address} of argv[2] and argv[3], and exits with status 7 in the midst of it:
// after a timeout, or at once with argv[4] "now".
import { DirectMemory } from "../../dist/linux/direct-memory.js";
import { DirectPeer } from "../../dist/linux/direct-peer.js";
import { loadLibC } from "../../dist/linux/libc.js";

const libc = loadLibC();
const pid = Number(process.argv[2]);
const peer = DirectPeer.open(libc, { pid, uid: process.geteuid(), pidfd: libc.pidfd_open(pid, 0) });
const entry = { address: BigInt(process.argv[3]), size: 16 };
const copy = new DirectMemory({ libc })
  .read(peer, entry, Buffer.alloc(16), 300)
  .catch((error) => console.log(error.status));
await (process.argv[4] === "now" ? new Promise((resolve) => setTimeout(resolve, 200)) : copy);
process.exit(7);
