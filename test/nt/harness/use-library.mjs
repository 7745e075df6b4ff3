// node --import: programs that name no kernel speak through the library NCALRPC_TEST_LIBRARY, in place of ntdll.
import { isMainThread } from "node:worker_threads";
import { setDefaultKernel } from "@ncalrpc/alpc";
import { createNtKernel } from "@ncalrpc/alpc/nt";

if (isMainThread) setDefaultKernel(createNtKernel({ library: process.env.NCALRPC_TEST_LIBRARY }));
