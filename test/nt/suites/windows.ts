import { defaultKernel } from "@ncalrpc/alpc";
import { windowsSuite } from "../../../packages/alpc/test/nt/windows-suite.js";
import { allow } from "../../../packages/alpc/test/programs/test-server.mjs";

const kernel = defaultKernel();
const { user } = kernel.currentToken();
windowsSuite(kernel, process.env["NCALRPC_TEST_LIBRARY"] ?? "ntdll.dll", allow(user, user));
