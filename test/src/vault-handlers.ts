import { closeSync, openSync, readdirSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { giveHandle, lendHandle, RpcError, type SystemHandle } from "@ncalrpc/runtime";
import type { VaultHandlers } from "./gen/vault.js";

/** The handlers of Vault; what they keep of their own is closed by `close`. */
export function vaultHandlers(): VaultHandlers & { close(): void } {
  const kept: number[] = [];
  let served = "";
  return {
    async open(path, keep) {
      if (keep) {
        const fd = openSync(path, "r");
        kept.push(fd);
        return { file: lendHandle(fd) };
      }
      return { file: giveHandle(await open(path)) };
    },
    writeTo: (pipe, text) => writeSync(pipe.fd, text),
    kinds(files, socket) {
      served += "k";
      return { kinds: [...files, ...(socket === null ? [] : [socket])].map(({ kind }) => kind).join(" ") };
    },
    swap: (entry) => ({ entry: { ...entry, name: `${entry.name} and back` } }),
    async hold(_file, milliseconds, call) {
      await delay(milliseconds, null, { signal: call.signal });
    },
    keep(file) {
      kept.push(file.take());
      return kept.length;
    },
    misgive: (how) => ({ file: misgiven(how) }),
    add(a, b) {
      served += "a";
      return a + b;
    },
    served() {
      const calls = served;
      served = "";
      return { calls };
    },
    // One of them is that of the listing.
    census: () => ({ descriptors: readdirSync("/proc/self/fd").length - 1 }),
    close() {
      for (const fd of kept.splice(0)) {
        closeSync(fd);
      }
    },
  };
}

/** Names a file and gives no access to it: of no kind that IDL has. */
const O_PATH = 0o10_000_000;

function misgiven(how: number): SystemHandle {
  if (how === 0) {
    return giveHandle(openSync("/", O_PATH));
  }
  if (how === 1) {
    const fd = openSync("/dev/null", "r");
    closeSync(fd);
    return lendHandle(fd);
  }
  throw new RpcError("RPC_S_INVALID_ARG");
}
