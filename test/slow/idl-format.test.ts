// Forty thousand shuffled IDL texts through the formatter.
process.env["NCALRPC_FUZZ"] ??= "40000";

// Registers the formatter's tests in this file, with that many inputs.
await import("../../packages/idl/test/format.test.js");
