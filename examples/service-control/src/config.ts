import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { ConfigError } from "./config-error.js";
import { MAX_SERVICES, NAME_SIZE } from "./gen/service-control.js";

const MiB = 1024 * 1024;
const milliseconds = z.int().min(0).max(3_600_000);

const restart = z.strictObject({
  limit: z.int().min(0).max(1_000).default(5),
  delay: milliseconds.default(200),
  maxDelay: milliseconds.default(10_000),
  resetAfter: milliseconds.default(60_000),
});

const service = z.strictObject({
  /** The program and its arguments; no shell is involved. */
  command: z.tuple([z.string().min(1)], z.string()),
  /** Relative to the folder of the configuration file, which is the default. */
  workingDirectory: z.string().default("."),
  /** Added to the manager's own environment. */
  environment: z.record(z.string(), z.string()).default({}),
  /** Start it together with the manager. */
  autoStart: z.boolean().default(false),
  /** Milliseconds between SIGTERM and SIGKILL. */
  stopGrace: milliseconds.default(5_000),
  /** Octets of its output that are kept. */
  logSize: z
    .int()
    .min(4_096)
    .max(256 * MiB)
    .default(MiB),
  restart: restart.prefault({}),
});

const serviceName = z
  .string()
  .regex(/^[A-Za-z0-9._-]+$/, "a service's name consists of letters, digits, dots, dashes and underscores")
  .max(NAME_SIZE - 1);

const config = z.strictObject({
  endpoint: z.string().min(1).default("service-control"),
  /** Groups, by name or gid, whose members may start and stop, beside the owner and root. */
  administrators: z.array(z.union([z.string().min(1), z.int().min(0)])).default([]),
  /** SIDs that may start and stop in place of the owner and root: `S-1-5-32-544`, or an alias of SDDL such as `BA`. */
  managers: z
    .array(z.string().regex(/^(S-1-[0-9-]+|[A-Z]{2})$/, "a manager is a SID"))
    .min(1)
    .optional(),
  services: z
    .record(serviceName, service)
    .refine((services) => Object.keys(services).length <= MAX_SERVICES, `at most ${MAX_SERVICES} services`),
});

export type ServiceConfig = z.output<typeof service>;
export type Config = z.output<typeof config>;

/** Reads a configuration file; working directories come back absolute. Throws ConfigError. */
export function loadConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError(`${path}: cannot be read: ${messageOf(error)}`);
  }
  return parseConfig(text, path);
}

/** The same for text that came from `path`. Throws ConfigError. */
export function parseConfig(text: string, path: string): Config {
  const result = config.safeParse(parseJson(text, path));
  if (!result.success) {
    const lines = result.error.issues.map((issue) => `${path}: ${fieldOf(issue.path)}${explain(issue)}`);
    throw new ConfigError(lines.join("\n"));
  }
  const folder = dirname(resolve(path));
  for (const entry of Object.values(result.data.services)) {
    entry.workingDirectory = resolve(folder, entry.workingDirectory);
  }
  return result.data;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = messageOf(error);
    throw new ConfigError(`${path}${placeOf(message, text)}: not JSON: ${message}`);
  }
}

/** `:line:column` where the parser says how far it came, which it does not always. */
function placeOf(message: string, text: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined) {
    return "";
  }
  const lines = text.slice(0, Number(position)).split("\n");
  return `:${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `${path.map(String).join(".")}: `;
}

/** A key is judged by rules of its own, which say more than that it is invalid. */
function explain(issue: z.core.$ZodIssue): string {
  return issue.code === "invalid_key" ? issue.issues.map(({ message }) => message).join(", ") : issue.message;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
