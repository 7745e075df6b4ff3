import { AlpcError } from "./error.js";
import type { PortLimits } from "./kernel.js";
import { MAX_MESSAGE_LENGTH, PORT_MESSAGE_SIZE } from "./message.js";

const KiB = 1024;
const MiB = 1024 * KiB;

/** Octets of a connect message, and of the payload of its answer. */
export const MAX_CONNECT_PAYLOAD = KiB;

/** Most handles that one message can carry, whatever the port says. */
export const MAX_HANDLES = 16;

/** Most PORT_DATA_ENTRY records of one message. */
export const MAX_DATA_ENTRIES = 16;

/** Most messages that are taken from one connection in one turn, whatever the port says. */
export const MAX_MESSAGES_PER_TURN = 16;

/** What a port starts with; see PortLimits for the units. */
export const defaultPortLimits: PortLimits = {
  maxMessageLength: MAX_MESSAGE_LENGTH,
  maxSectionSize: 128 * MiB,
  maxTotalSectionSize: 512 * MiB,
  maxUserSectionSize: 1024 * MiB,
  maxConnections: 1024,
  maxConnectionsPerUser: 256,
  maxPendingConnections: 64,
  connectTimeout: 10_000,
  maxHandlesPerMessage: MAX_HANDLES,
  messagesPerTurn: MAX_MESSAGES_PER_TURN,
  maxQueuedMessages: 64,
  maxQueuedBytes: MiB,
  slowReaderGrace: 10_000,
};

/** The values that a limit can have; the lowest is 0 for what can be forbidden altogether. */
const bounds: readonly (readonly [name: keyof PortLimits, lowest: number, highest: number])[] = [
  ["maxMessageLength", PORT_MESSAGE_SIZE, MAX_MESSAGE_LENGTH],
  ["maxSectionSize", 0, Number.MAX_SAFE_INTEGER],
  ["maxTotalSectionSize", 0, Number.MAX_SAFE_INTEGER],
  ["maxUserSectionSize", 0, Number.MAX_SAFE_INTEGER],
  ["maxConnections", 1, 1_000_000],
  ["maxConnectionsPerUser", 1, 1_000_000],
  ["maxPendingConnections", 1, 100_000],
  ["connectTimeout", 1, 0x7fff_ffff],
  ["maxHandlesPerMessage", 0, MAX_HANDLES],
  ["messagesPerTurn", 1, MAX_MESSAGES_PER_TURN],
  ["maxQueuedMessages", 1, Number.MAX_SAFE_INTEGER],
  ["maxQueuedBytes", 1, Number.MAX_SAFE_INTEGER],
  ["slowReaderGrace", 0, 0x7fff_ffff],
];

/** Fills in the defaults. Throws AlpcError INVALID_PARAMETER for a value that no port can have. */
export function resolvePortLimits(given: Partial<PortLimits> = {}): PortLimits {
  const limits = { ...defaultPortLimits, ...given };
  for (const [name, lowest, highest] of bounds) {
    const value = limits[name];
    if (!Number.isSafeInteger(value) || value < lowest || value > highest) {
      throw new AlpcError(
        "INVALID_PARAMETER",
        `limit ${name} is ${value}; give an integer from ${lowest} to ${highest}`,
      );
    }
  }
  return limits;
}

/** Octets of the largest view: each direction of a connection has half of its sections. */
export function largestView({ maxSectionSize, maxTotalSectionSize }: PortLimits): number {
  return Math.min(maxSectionSize, Math.floor(maxTotalSectionSize / 2));
}

/** Connections that one user may have: no more than three quarters of all. */
export function connectionsPerUser(limits: PortLimits): number {
  return Math.min(limits.maxConnectionsPerUser, Math.max(1, Math.floor((limits.maxConnections * 3) / 4)));
}

/** Throws AlpcError PORT_MESSAGE_TOO_LONG for a connect message, or an answer to one, that is too long. */
export function checkConnectPayload(payload: Uint8Array): void {
  if (payload.length <= MAX_CONNECT_PAYLOAD) return;
  throw new AlpcError(
    "PORT_MESSAGE_TOO_LONG",
    `the connect payload has ${payload.length} octets; at most ${MAX_CONNECT_PAYLOAD} are allowed`,
  );
}
