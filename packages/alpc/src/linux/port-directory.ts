import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { AlpcError, isAlpcError } from "../error.js";
import { parsePortName } from "../port-name.js";
import { MAX_SOCKET_PATH } from "./socket.js";

export const SYSTEM_DIRECTORY = "/run/ncalrpc";
export const SOCKET_SUFFIX = ".port";
export const LOCK_SUFFIX = ".lock";

/** Where ports lie, from the environment. */
export interface PortNamespace {
  readonly NCALRPC_DIR?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
}

/** The place of a name that a server is about to take; its directory exists and only this user can write to it. */
export function serverSocketPath(text: string, environment: PortNamespace): string {
  const parsed = parsePortName(text);
  if (parsed.kind === "path") return checkedLength(parsed.path);
  const directory = ownDirectory(environment);
  makeDirectory(directory, isShared(directory, environment) ? 0o755 : 0o700);
  checkDirectory(directory, [effectiveUid()]);
  return socketPath(directory, parsed.name);
}

/** Places where a client looks for a name, in order. Missing directories are left out. Throws AlpcError ACCESS_DENIED for unsafe ones. */
export function clientSocketPaths(text: string, environment: PortNamespace): string[] {
  const parsed = parsePortName(text);
  if (parsed.kind === "path") return [checkedLength(parsed.path)];
  return clientDirectories(environment).map((directory) => socketPath(directory, parsed.name));
}

/** Existing directories in which this process would look for ports. Throws AlpcError ACCESS_DENIED for unsafe ones. */
export function clientDirectories(environment: PortNamespace): string[] {
  return portDirectories(environment).filter((directory) => {
    try {
      checkPortDirectory(directory);
      return true;
    } catch (error) {
      if (isAlpcError(error) && error.status === "OBJECT_NAME_NOT_FOUND") return false;
      throw error;
    }
  });
}

/** Where clients look for names, in order, whether there is such a directory or not. Throws AlpcError OBJECT_NAME_INVALID. */
export function portDirectories(environment: PortNamespace): string[] {
  const { NCALRPC_DIR } = environment;
  const directories = NCALRPC_DIR ? [NCALRPC_DIR] : [ownDirectory(environment), SYSTEM_DIRECTORY];
  return [...new Set(directories)];
}

/** Throws AlpcError unless a client may believe what lies there: ACCESS_DENIED, OBJECT_NAME_NOT_FOUND. */
export function checkPortDirectory(directory: string): void {
  checkDirectory(directory, [0, effectiveUid()]);
}

/** A name that makes the path too long for a socket is replaced by its hash; "#" occurs in no name. */
function socketPath(directory: string, name: string): string {
  const path = join(directory, name + SOCKET_SUFFIX);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return checkedLength(join(directory, `#${hash}${SOCKET_SUFFIX}`));
}

function checkedLength(path: string): string {
  const length = Buffer.byteLength(path);
  if (length <= MAX_SOCKET_PATH) return path;
  throw new AlpcError(
    "OBJECT_NAME_INVALID",
    `${path} has ${length} octets; a socket's path has at most ${MAX_SOCKET_PATH}`,
  );
}

function ownDirectory({ NCALRPC_DIR, XDG_RUNTIME_DIR }: PortNamespace): string {
  if (NCALRPC_DIR) return absolute(NCALRPC_DIR, "NCALRPC_DIR");
  if (effectiveUid() === 0) return SYSTEM_DIRECTORY;
  if (XDG_RUNTIME_DIR) return join(absolute(XDG_RUNTIME_DIR, "XDG_RUNTIME_DIR"), "ncalrpc");
  return `/tmp/ncalrpc-${effectiveUid()}`;
}

function isShared(directory: string, { NCALRPC_DIR }: PortNamespace): boolean {
  return directory === NCALRPC_DIR || directory === SYSTEM_DIRECTORY;
}

function absolute(path: string, variable: string): string {
  if (path.startsWith("/")) return path;
  throw new AlpcError("OBJECT_NAME_INVALID", `${variable} is ${JSON.stringify(path)}; give an absolute path`);
}

function makeDirectory(directory: string, mode: number): void {
  try {
    mkdirSync(directory, { mode });
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    throw new AlpcError(
      "ACCESS_DENIED",
      `cannot make the port directory ${directory}; make it, or set NCALRPC_DIR`,
      {
        cause: error,
      },
    );
  }
  chmodSync(directory, mode);
}

/** A directory in which nobody but `owners` can put, or replace, a socket. */
function checkDirectory(directory: string, owners: readonly number[]): void {
  const refuse = (why: string): never => {
    throw new AlpcError("ACCESS_DENIED", `the port directory ${directory} ${why}`);
  };
  const stats = statOrNull(directory);
  if (stats === null)
    throw new AlpcError("OBJECT_NAME_NOT_FOUND", `the port directory ${directory} does not exist`);
  if (!stats.isDirectory()) refuse("is not a directory (symbolic links are not followed)");
  if (!owners.includes(stats.uid))
    refuse(`belongs to uid ${stats.uid}; it must belong to ${owners.join(" or ")}`);
  if ((stats.mode & 0o022) !== 0) refuse("can be written to by others; take that right away: chmod go-w");
}

/** lstat, null where there is nothing. Throws AlpcError ACCESS_DENIED. */
export function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new AlpcError("ACCESS_DENIED", `cannot look at ${path}: ${code}`, { cause: error });
  }
}

export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

function effectiveUid(): number {
  return process.geteuid?.() ?? -1;
}
