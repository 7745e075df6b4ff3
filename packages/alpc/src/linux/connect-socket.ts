import { setTimeout as delay } from "node:timers/promises";
import { AlpcError, isAlpcError } from "../error.js";
import type { CommunicationPort, ConnectAttributes, PortHandler } from "../kernel.js";
import { checkServer } from "../server-check.js";
import { ClientHandshake } from "./client-handshake.js";
import { closeConnection } from "./close-socket.js";
import { type PeerCredentials, peerToken, readPeerCredentials } from "./credentials.js";
import type { Machinery } from "./machinery.js";
import { connect, openSocket, passCredentials } from "./socket.js";

const DEFAULT_TIMEOUT = 10_000;
/** Milliseconds between attempts while the server's backlog is full. */
const FIRST_RETRY = 1;
const LAST_RETRY = 50;

/**
 * Connects to the first of `paths` at which a server answers, makes sure who it is, and exchanges the connect messages.
 * Rejects with AlpcError.
 */
export async function connectSocket(
  machinery: Machinery,
  name: string,
  paths: readonly string[],
  attributes: ConnectAttributes,
  handler: PortHandler,
): Promise<CommunicationPort> {
  const { timeout = DEFAULT_TIMEOUT, signal } = attributes;
  const deadline = performance.now() + timeout;
  const tooLate = () => new AlpcError("TIMEOUT", `no answer from the port ${name} within ${timeout} ms`);
  const checkSignal = () => {
    if (signal?.aborted) throw cancelled(name, signal);
  };
  checkSignal();
  for (let retry = FIRST_RETRY; ; retry = Math.min(retry * 2, LAST_RETRY)) {
    const fd = tryPaths(machinery, name, paths);
    if (fd >= 0) return await shakeHands(machinery, name, fd, attributes, handler, deadline, tooLate);
    if (performance.now() + retry > deadline) throw tooLate();
    await delay(retry);
    checkSignal();
  }
}

/** A connected descriptor, or -1 if the server is there but cannot take us yet. */
function tryPaths(machinery: Machinery, name: string, paths: readonly string[]): number {
  let failure: unknown = null;
  for (const path of paths) {
    try {
      return tryPath(machinery, path);
    } catch (error) {
      if (!isAlpcError(error) || error.status !== "OBJECT_NAME_NOT_FOUND") throw error;
      failure ??= error;
    }
  }
  const where =
    paths.length === 0 ? "there is no port directory" : `no server answers at ${paths.join(" or ")}`;
  throw new AlpcError("OBJECT_NAME_NOT_FOUND", `the port ${name} was not found: ${where}`, {
    cause: failure,
  });
}

function tryPath({ libc }: Machinery, path: string): number {
  const fd = openSocket(libc);
  try {
    passCredentials(libc, fd);
    if (connect(libc, fd, path)) return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  libc.close(fd);
  return -1;
}

function shakeHands(
  machinery: Machinery,
  name: string,
  fd: number,
  attributes: ConnectAttributes,
  handler: PortHandler,
  deadline: number,
  tooLate: () => AlpcError,
): Promise<CommunicationPort> {
  const peer = identify(machinery, name, fd, attributes);
  const { signal } = attributes;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      if (signal !== undefined) handshake.abandon(cancelled(name, signal));
    };
    const handshake = new ClientHandshake(machinery, fd, peer, attributes, handler, (outcome) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      if (outcome instanceof AlpcError) reject(outcome);
      else resolve(outcome);
    });
    const timer = setTimeout(() => handshake.abandon(tooLate()), Math.max(0, deadline - performance.now()));
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      handshake.start();
    } catch (error) {
      handshake.abandon(
        isAlpcError(error) ? error : new AlpcError("UNSUCCESSFUL", "connecting failed", { cause: error }),
      );
    }
  });
}

function identify(
  machinery: Machinery,
  name: string,
  fd: number,
  attributes: ConnectAttributes,
): PeerCredentials {
  try {
    const peer = readPeerCredentials(machinery.libc, fd);
    checkServer(peerToken(peer), attributes, name);
    return peer;
  } catch (error) {
    closeConnection(machinery.libc, fd);
    throw error;
  }
}

function cancelled(name: string, signal: AbortSignal): AlpcError {
  return new AlpcError("CANCELLED", `connecting to ${name} was cancelled`, { cause: signal.reason });
}
