#!/usr/bin/env node
import { parseArgs } from "node:util";
import { currentUser, isRpcError } from "@ncalrpc/runtime";
import { loadConfig } from "./config.js";
import { ConfigError } from "./config-error.js";
import { Daemon } from "./daemon.js";
import { logDiagnostics } from "./log-diagnostics.js";

const USAGE = `usage: scd CONFIG

Runs the services that the JSON file CONFIG describes, until SIGTERM or SIGINT.
Exit codes: 0 stopped as asked, 1 could not run, 2 wrong usage.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const path = readArguments(args);
  if (typeof path === "number") {
    return path;
  }
  try {
    const config = loadConfig(path);
    logDiagnostics();
    const stopped = new Promise<string>((resolve) => {
      process.once("SIGTERM", resolve);
      process.once("SIGINT", resolve);
    });
    await using _daemon = await Daemon.start(config);
    console.log(`scd: ${currentUser()} listens on ncalrpc:[${config.endpoint}] in process ${process.pid}`);
    console.log(`scd: ${await stopped}: stopping`);
  } catch (error) {
    if (!(error instanceof ConfigError || isRpcError(error))) {
      throw error;
    }
    console.error(error.message.replace(/^/gm, "scd: "));
    return 1;
  }
  console.log("scd: stopped");
  return 0;
}

/** The configuration's path, or an exit code. */
function readArguments(args: string[]): string | number {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      return 0;
    }
    const [path] = positionals;
    if (path !== undefined && positionals.length === 1) {
      return path;
    }
    process.stderr.write(USAGE);
  } catch (error) {
    process.stderr.write(`scd: ${error instanceof Error ? error.message : error}\n${USAGE}`);
  }
  return 2;
}
