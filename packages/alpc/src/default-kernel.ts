import { AlpcError } from "./error.js";
import type { Kernel } from "./kernel.js";
import { createLinuxKernel } from "./linux/linux-kernel.js";
import { createNtKernel } from "./nt/nt-kernel.js";

let kernel: Kernel | undefined;

/** This thread's kernel for this system, made at the first call. Throws AlpcError NOT_SUPPORTED on systems that we have none for. */
export function defaultKernel(): Kernel {
  kernel ??= create();
  return kernel;
}

/** Has everything that names no kernel use this one from now on: one over another library, say, or one for tests. */
export function setDefaultKernel(chosen: Kernel): void {
  kernel = chosen;
}

function create(): Kernel {
  if (process.platform === "linux") return createLinuxKernel();
  if (process.platform === "win32") return createNtKernel();
  throw new AlpcError(
    "NOT_SUPPORTED",
    `there is no port kernel for ${process.platform} yet; Linux and Windows have one, and createLoopbackKernel() works within one process everywhere`,
  );
}
