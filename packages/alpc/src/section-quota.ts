import { AlpcError } from "./error.js";

/** An account of section memory. Accounts nest: what a connection takes is also charged to its user. */
export class SectionQuota {
  /** Octets. */
  readonly limit: number;
  readonly #what: string;
  readonly #parent: SectionQuota | null;
  #used = 0;

  /** `what` names the account in errors: "connection 7", "user S-1-22-1-1000". */
  constructor(limit: number, what: string, parent: SectionQuota | null = null) {
    this.limit = limit;
    this.#what = what;
    this.#parent = parent;
  }

  get used(): number {
    return this.#used;
  }

  /** Charges `size` octets to this account and those above it, or none of them. Throws AlpcError QUOTA_EXCEEDED. */
  charge(size: number): void {
    if (this.#used + size > this.limit) {
      const message = `${this.#what} has ${this.#used} of ${this.limit} octets in sections, ${size} more are too many`;
      throw new AlpcError("QUOTA_EXCEEDED", message);
    }
    this.#parent?.charge(size);
    this.#used += size;
  }

  release(size: number): void {
    this.#used -= size;
    this.#parent?.release(size);
  }
}

/** The accounts of one connection, nested in its user's: each direction has half, so that neither leaves the other nothing. */
export interface ConnectionQuotas {
  readonly requests: SectionQuota;
  readonly responses: SectionQuota;
}

/** For a connection that may have `total` octets in sections. */
export function connectionQuotas(total: number, user: SectionQuota | null): ConnectionQuotas {
  const half = Math.floor(total / 2);
  return {
    requests: new SectionQuota(half, "the connection's requests", user),
    responses: new SectionQuota(half, "the connection's responses", user),
  };
}
