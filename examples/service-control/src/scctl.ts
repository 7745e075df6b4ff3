#!/usr/bin/env node
import { runScctl } from "./run-scctl.js";

process.exitCode = await runScctl(process.argv.slice(2));
