/** `@ncalrpc/alpc/linux`: the kernel of Linux, for those who set its options. Others take `defaultKernel()`. */
export { createLinuxKernel, type LinuxKernel, type LinuxKernelOptions } from "./linux/linux-kernel.js";
