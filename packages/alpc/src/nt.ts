/** `@ncalrpc/alpc/nt`: the kernel of Windows, for those who set its options. Others take `defaultKernel()`. */
export { createNtKernel, type NtKernel, type NtKernelOptions } from "./nt/nt-kernel.js";
