import { defaultReaderLimits, type ReaderLimits } from "@ncalrpc/ndr";

/** What a server allows, for each connection unless said otherwise. Exceeding one is a fault to that caller alone. */
export interface ServerLimits extends ReaderLimits {
  /** Calls in flight; more are answered RPC_S_SERVER_TOO_BUSY. Cancelled calls count until their handler ends. */
  readonly maxCalls: number;
  /** Interfaces bound. */
  readonly maxBindings: number;
  /** Context handles, of a connection and of all connections of a user. */
  readonly maxContexts: number;
  readonly maxContextsPerUser: number;
  /** System handles of calls in flight, of all connections of a user; more are answered RPC_S_OUT_OF_RESOURCES. */
  readonly maxHandlesPerUser: number;
  /** Octets of stub data in one request, however it travels. */
  readonly maxRequestSize: number;
  /** Octets of large requests whose calls are in flight; more are answered RPC_S_SERVER_TOO_BUSY. */
  readonly maxBytesInFlight: number;
  /** The same for all connections of a user together: once so many are reached, more are answered RPC_S_SERVER_TOO_BUSY. */
  readonly maxBytesInFlightPerUser: number;
  /** Octets of stub data in one response. */
  readonly maxResponseSize: number;
  /** Octets of large responses that wait for the client to take what it was sent; more than one of them fail beyond it with RPC_S_OUT_OF_RESOURCES. */
  readonly maxBytesWaiting: number;
  /** The same for all connections of a user together: once so many are reached, more fail with RPC_S_OUT_OF_RESOURCES. */
  readonly maxBytesWaitingPerUser: number;
  /** Callbacks that the client has not answered, timed out or not; more fail with RPC_S_OUT_OF_RESOURCES. */
  readonly maxCallbacks: number;
  /** Milliseconds that a callback may take which names no timeout of its own, and the call that it is part of none either. */
  readonly callbackTimeout: number;
  /** Malformed messages that are answered with a fault before the connection is closed. */
  readonly maxStrikes: number;
}

export const defaultServerLimits: ServerLimits = {
  ...defaultReaderLimits,
  maxCalls: 128,
  maxBindings: 32,
  maxContexts: 1024,
  maxContextsPerUser: 8192,
  maxHandlesPerUser: 256,
  maxRequestSize: 128 * 1024 * 1024,
  maxBytesInFlight: 512 * 1024 * 1024,
  maxBytesInFlightPerUser: 1024 * 1024 * 1024,
  maxResponseSize: 128 * 1024 * 1024,
  maxBytesWaiting: 512 * 1024 * 1024,
  maxBytesWaitingPerUser: 1024 * 1024 * 1024,
  maxCallbacks: 16,
  callbackTimeout: 10_000,
  maxStrikes: 16,
};

/** What a client allows. */
export interface ClientLimits extends ReaderLimits {
  /** Octets of stub data in one response. */
  readonly maxResponseSize: number;
  /** Callbacks that run at a time; more are answered RPC_S_SERVER_TOO_BUSY. */
  readonly maxCallbacks: number;
  /** Calls that may wait for others to finish when the server's limit is reached; more fail with RPC_S_OUT_OF_RESOURCES. */
  readonly maxWaitingCalls: number;
}

export const defaultClientLimits: ClientLimits = {
  ...defaultReaderLimits,
  maxResponseSize: 1024 * 1024 * 1024,
  maxCallbacks: 64,
  maxWaitingCalls: 65_536,
};
