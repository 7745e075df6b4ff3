// A hundred thousand mutated IDL files through the compiler.
process.env["NCALRPC_FUZZ"] ??= "100000";

// Registers the compiler's fuzz test in this file, with that many inputs.
await import("../../packages/idl/test/fuzz.test.js");
