import { AlpcError } from "./error.js";
import type { Kernel } from "./kernel.js";

/** The kernels of other systems stay unloaded: dozens of modules that could never run here. */
const createSystemKernel = await importSystemKernel();
let kernel: Kernel | undefined;

/** This thread's kernel for this system, made at the first call. Throws AlpcError NOT_SUPPORTED on systems that we have none for. */
export function defaultKernel(): Kernel {
  kernel ??= createSystemKernel();
  return kernel;
}

/** Has everything that names no kernel use this one from now on: one over another library, say, or one for tests. */
export function setDefaultKernel(chosen: Kernel): void {
  kernel = chosen;
}

async function importSystemKernel(): Promise<() => Kernel> {
  if (process.platform === "linux") return (await import("./linux/linux-kernel.js")).createLinuxKernel;
  if (process.platform === "win32") return (await import("./nt/nt-kernel.js")).createNtKernel;
  return () => {
    throw new AlpcError(
      "NOT_SUPPORTED",
      `there is no port kernel for ${process.platform} yet; Linux and Windows have one, and createLoopbackKernel() of @ncalrpc/alpc/loopback works within one process everywhere`,
    );
  };
}
