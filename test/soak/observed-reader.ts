import type { NdrErrorCode, Reader } from "@ncalrpc/ndr";

/** A reader that tells when it refuses a message: what it has read until then is still in memory. */
export interface ObservedReader extends Reader {
  onRefusal: (() => void) | null;
}

/** Such a reader of the kind that `Base` makes. */
export function observed(Base: new () => Reader): new () => ObservedReader {
  return class extends Base {
    onRefusal: (() => void) | null = null;

    protected override fail(code: NdrErrorCode, message: string, at: number, subject?: string): never {
      this.onRefusal?.();
      super.fail(code, message, at, subject);
    }
  };
}
