import { AlpcError, type NtStatusName } from "./error.js";

/** The server would not have us: its handler rejected the connection, with what it wants to say. */
export class ConnectionRefusedError extends AlpcError {
  /** NtAlpcAcceptConnectPort(FALSE)'s message, at most 1 KiB. */
  readonly payload: Uint8Array;

  constructor(status: NtStatusName, payload: Uint8Array) {
    super(status, `the server refused the connection: ${status}`);
    this.payload = payload;
  }
}
