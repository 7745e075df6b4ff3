// 400 clients and 100 servers are killed.
process.env["NCALRPC_KILLS"] ??= "200";

// Registers the tests in this file, with that many.
await import("../kill.test.js");
