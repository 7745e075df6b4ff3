import { chmodSync, closeSync, constants, fstatSync, openSync, unlinkSync, writeSync } from "node:fs";
import { AlpcError, isAlpcError } from "../error.js";
import { closeConnection } from "./close-socket.js";
import { C, Errno, type LibC } from "./libc.js";
import { codeOf, LOCK_SUFFIX, SOCKET_SUFFIX, statOrNull } from "./port-directory.js";
import { connect, openSocket, socketAddress } from "./socket.js";
import { systemError } from "./system-error.js";

/**
 * A name that this process holds: the socket's file, and a lock beside it that lives as long as the server does and
 * that nobody else can take. A socket without a locked lock is a dead server's, and is replaced.
 */
export class SocketName implements Disposable {
  readonly path: string;
  readonly #lockPath: string;
  readonly #lock: number;
  readonly #file: { readonly dev: number; readonly ino: number };
  #isFreed = false;

  private constructor(path: string, lock: number, file: { readonly dev: number; readonly ino: number }) {
    this.path = path;
    this.#lockPath = lockPathOf(path);
    this.#lock = lock;
    this.#file = file;
  }

  /**
   * Binds `fd` to `path`; it does not listen yet, so nobody can connect before `mode` (0600 or 0666) is set.
   * Throws AlpcError OBJECT_NAME_COLLISION if a live server, or something that is no socket, is there.
   */
  static bind(libc: LibC, fd: number, path: string, mode: number, label: string): SocketName {
    const lock = takeLock(libc, path, label);
    try {
      removeStale(libc, path, label);
      const address = socketAddress(path);
      if (libc.bind(fd, address, address.length) < 0) throw systemError(libc, `binding ${path}`);
      chmodSync(path, mode);
      const stats = statOrNull(path);
      if (!stats) throw new AlpcError("OBJECT_NAME_COLLISION", `somebody removed ${path}`);
      return new SocketName(path, lock, stats);
    } catch (error) {
      removeFile(lockPathOf(path));
      closeSync(lock);
      throw error;
    }
  }

  /**
   * Gives the name up: removes the files if they are still ours. What we may no longer remove, since this process has
   * given up rights meanwhile, stays and is a dead server's. Idempotent.
   */
  free(): void {
    if (this.#isFreed) return;
    this.#isFreed = true;
    try {
      const stats = statOrNull(this.path);
      if (stats?.ino === this.#file.ino && stats.dev === this.#file.dev) removeFile(this.path);
      if (isSameFile(this.#lock, this.#lockPath)) removeFile(this.#lockPath);
    } catch (error) {
      if (!isAlpcError(error)) throw error;
    } finally {
      closeSync(this.#lock);
    }
  }

  [Symbol.dispose](): void {
    this.free();
  }
}

function lockPathOf(path: string): string {
  return (path.endsWith(SOCKET_SUFFIX) ? path.slice(0, -SOCKET_SUFFIX.length) : path) + LOCK_SUFFIX;
}

/** The locked descriptor of the lock's file, which holds the name for those who list ports. */
function takeLock(libc: LibC, path: string, label: string): number {
  const lockPath = lockPathOf(path);
  for (;;) {
    const lock = openLock(lockPath);
    if (libc.flock(lock, C.LOCK_EX | C.LOCK_NB) < 0) {
      const errno = libc.errno();
      closeSync(lock);
      if (errno === Errno.EWOULDBLOCK) throw collision(label, "a live server has it");
      throw systemError(libc, `locking ${lockPath}`, errno);
    }
    // The file that we locked may have been removed by the server before us; then its lock says nothing.
    if (isSameFile(lock, lockPath)) {
      writeSync(lock, label, 0);
      return lock;
    }
    closeSync(lock);
  }
}

function openLock(lockPath: string): number {
  try {
    return openSync(lockPath, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  } catch (error) {
    const code = codeOf(error);
    const status =
      code === "ENOENT"
        ? "OBJECT_NAME_NOT_FOUND"
        : code === "EMFILE" || code === "ENFILE"
          ? "INSUFFICIENT_RESOURCES"
          : "ACCESS_DENIED";
    throw new AlpcError(status, `cannot open ${lockPath}: ${code}`, { cause: error });
  }
}

function isSameFile(fd: number, path: string): boolean {
  const opened = fstatSync(fd);
  const there = statOrNull(path);
  return there !== null && there.ino === opened.ino && there.dev === opened.dev;
}

/** Removes a dead server's socket. Whoever holds the lock may do that. */
function removeStale(libc: LibC, path: string, label: string): void {
  const stats = statOrNull(path);
  if (!stats) return;
  if (!stats.isSocket()) throw collision(label, `${path} exists and is not a socket`);
  if (isAnswered(libc, path)) throw collision(label, `a server without a lock answers at ${path}`);
  removeFile(path);
}

function isAnswered(libc: LibC, path: string): boolean {
  const fd = openSocket(libc);
  try {
    connect(libc, fd, path);
    return true;
  } catch (error) {
    // Any other refusal (a socket of another type, say) comes from somebody alive.
    return !(isAlpcError(error) && error.status === "OBJECT_NAME_NOT_FOUND");
  } finally {
    closeConnection(libc, fd);
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT")
      throw new AlpcError("ACCESS_DENIED", `cannot remove ${path}`, { cause: error });
  }
}

function collision(label: string, why: string): AlpcError {
  return new AlpcError("OBJECT_NAME_COLLISION", `the port name ${label} is taken: ${why}`);
}
