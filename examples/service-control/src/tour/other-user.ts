// Becomes another user for good, then runs scctl: `other-user UID COMMAND...`. The modules are loaded first, since that
// user may not be able to read this folder.
import { currentUser } from "@ncalrpc/runtime";
import { runScctl } from "../run-scctl.js";

const [uid, ...command] = process.argv.slice(2);
currentUser();
process.setgroups?.([]);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));
process.exitCode = await runScctl(command);
