// A hundred random interfaces: generated, type-checked, and round-tripped in both transfer syntaxes and byte orders.
process.env["NCALRPC_FUZZ"] ??= "100";

// Registers the generator's test in this file, with that many interfaces.
await import("../../packages/codegen/test/random.test.js");
