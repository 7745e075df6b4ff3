// As uid argv[2], reads 16 octets at argv[4] of process argv[3], and prints how that ended.
import { DirectMemory } from "../../dist/linux/direct-memory.js";
import { DirectPeer } from "../../dist/linux/direct-peer.js";
import { loadLibC } from "../../dist/linux/libc.js";

const libc = loadLibC();
process.setgroups([]);
process.setgid(Number(process.argv[2]));
process.setuid(Number(process.argv[2]));
const pid = Number(process.argv[3]);
const peer = DirectPeer.open(libc, { pid, uid: 0, pidfd: libc.pidfd_open(pid, 0) });
const entry = { address: BigInt(process.argv[4]), size: 16 };
await new DirectMemory({ libc }).read(peer, entry, Buffer.alloc(16)).then(
  () => console.log("done"),
  (error) => console.log(`${error.status} ${error.errno}`),
);
