#!/usr/bin/env node
import { runScctl } from "./run-scctl.js";

// Whoever reads our output may stop early, as head(1) does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

process.exitCode = await runScctl(process.argv.slice(2));
