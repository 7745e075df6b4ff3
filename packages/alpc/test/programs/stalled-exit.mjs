// Has a copy stalled by the peer {pid, address} of argv[2] and argv[3], and exits with status 7 in the midst of it.
import { DirectMemory } from "../../dist/linux/direct-memory.js";
import { DirectPeer } from "../../dist/linux/direct-peer.js";
import { loadLibC } from "../../dist/linux/libc.js";

const libc = loadLibC();
const pid = Number(process.argv[2]);
const peer = DirectPeer.open(libc, { pid, uid: process.geteuid(), pidfd: libc.pidfd_open(pid, 0) });
const entry = { address: BigInt(process.argv[3]), size: 16 };
await new DirectMemory({ libc })
  .read(peer, entry, Buffer.alloc(16), 300)
  .catch((error) => console.log(error.status));
process.exit(7);
