// What values of large messages take in memory, in both transfer syntaxes: the tests of packages/codegen with more of them.
await import("../../packages/codegen/test/memory.test.js");
