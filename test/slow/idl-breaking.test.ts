// Ten thousand random edits of random interfaces, each with its known verdict.
process.env["NCALRPC_FUZZ"] ??= "10000";

// Registers the comparison's tests in this file, with that many edits.
await import("../../packages/idl/test/breaking.test.js");
