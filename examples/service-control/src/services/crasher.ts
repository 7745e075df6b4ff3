// Looks busy for a moment, then fails.
console.log(`process ${process.pid} is about to crash`);
setTimeout(() => process.exit(3), Number(process.env["CRASH_AFTER"] ?? 50));
