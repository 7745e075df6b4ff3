// A million mutated inputs: half of them through the vectors of packages/ndr, half through the probe's generated decoders.
process.env["NCALRPC_FUZZ"] ??= "500000";

// Registers the vectors' fuzz test in this file, with that many inputs.
await import("../../packages/ndr/test/fuzz.test.js");
await import("./generated-decoders.js");
