import { accessCheck, portRights, type SecurityDescriptor, type Token } from "@ncalrpc/security";
import { AlpcError } from "./error.js";
import type { PortLimits } from "./kernel.js";
import { connectionsPerUser } from "./port-limits.js";

/** Who may connect to a port, and how many connections it and each user have. A user is named by a key of the kernel's. */
export class PortAdmission {
  readonly #name: string;
  readonly #descriptor: SecurityDescriptor;
  readonly #limits: PortLimits;
  readonly #perUser = new Map<string, number>();
  #count = 0;

  constructor(name: string, descriptor: SecurityDescriptor, limits: PortLimits) {
    this.#name = name;
    this.#descriptor = descriptor;
    this.#limits = limits;
  }

  /** The descriptor's word. Throws AlpcError ACCESS_DENIED. */
  check(token: Token): void {
    if (accessCheck(token, this.#descriptor, portRights.connect, portRights.mapping).granted) return;
    throw new AlpcError(
      "ACCESS_DENIED",
      `the security descriptor of the port ${this.#name} does not let ${token.user} connect`,
    );
  }

  /** Takes a place for a connection; `leave` gives it back. Throws AlpcError QUOTA_EXCEEDED. */
  enter(user: string): void {
    const { maxConnections } = this.#limits;
    if (this.#count >= maxConnections) {
      throw new AlpcError("QUOTA_EXCEEDED", `the port ${this.#name} has its ${maxConnections} connections`);
    }
    const most = connectionsPerUser(this.#limits);
    const used = this.#perUser.get(user) ?? 0;
    if (used >= most) {
      throw new AlpcError("QUOTA_EXCEEDED", `${user} has its ${most} connections to the port ${this.#name}`);
    }
    this.#perUser.set(user, used + 1);
    this.#count++;
  }

  leave(user: string): void {
    const left = (this.#perUser.get(user) ?? 0) - 1;
    if (left > 0) this.#perUser.set(user, left);
    else this.#perUser.delete(user);
    this.#count--;
  }
}
