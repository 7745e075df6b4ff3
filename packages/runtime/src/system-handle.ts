import { closeSync } from "node:fs";
import type { SendAttributes } from "@ncalrpc/alpc";
import type { SystemHandle, Writer } from "@ncalrpc/ndr";
import type { MethodDefinition } from "./interface-definition.js";
import { RpcError } from "./rpc-error.js";

/** What has a file descriptor of this process: the descriptor itself, a `FileHandle` of node:fs, and so on. */
export type DescriptorSource = number | { readonly fd: number };

/**
 * A handle for a call's arguments or a handler's result: the other side gets a duplicate, and the descriptor stays what it was. It has
 * to stay open until the message has been sent, which for a call is at once, and for a handler when its result has settled.
 */
export function lendHandle(source: DescriptorSource): SystemHandle {
  return new OwnHandle(source, () => {});
}

/**
 * The same for a descriptor that the sender has no more use for: it is closed as soon as the other side has its duplicate. Where the
 * message may never be written, as if a call waits for its turn in vain, `using` the handle closes it in any case.
 */
export function giveHandle(source: number | { readonly fd: number; close(): unknown }): SystemHandle {
  return new OwnHandle(source, () => {
    if (typeof source === "number") {
      closeSync(source);
    } else {
      // A FileHandle answers with a promise. Of what cannot be closed, the descriptor is gone all the same.
      Promise.resolve(source.close()).catch(() => {});
    }
  });
}

/** A descriptor of this process that has not been sent. */
class OwnHandle implements SystemHandle {
  readonly kind = "unknown";
  #source: DescriptorSource | null;
  readonly #close: () => void;

  constructor(source: DescriptorSource, close: () => void) {
    this.#source = source;
    this.#close = close;
  }

  get fd(): number {
    if (this.#source === null) {
      throw new RpcError("RPC_S_INVALID_ARG", { details: "the handle has been sent, taken or closed" });
    }
    return typeof this.#source === "number" ? this.#source : this.#source.fd;
  }

  take(): number {
    const { fd } = this;
    this.#source = null;
    return fd;
  }

  close(): void {
    if (this.#source !== null) {
      this.#source = null;
      this.#close();
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

type HandleCarrier = Pick<MethodDefinition<never>, "systemHandles">;

/** Whether a method's requests carry system handles. */
export function takesHandles({ systemHandles }: HandleCarrier): boolean {
  return systemHandles?.startsWith("in") === true;
}

/** Whether a method's responses carry system handles. */
export function givesHandles({ systemHandles }: HandleCarrier): boolean {
  return systemHandles?.endsWith("out") === true;
}

/** What a message that has been written carries beside its octets; undefined for nothing. */
export function handlesToSend({ handles }: Writer): SendAttributes | undefined {
  return handles === null ? undefined : { handles };
}

/** The end of a message that has been written: sent or not, its handles have been given away. */
export function closeHandles(writer: Writer): void {
  const { handles } = writer;
  writer.handles = null;
  for (const handle of handles ?? []) {
    handle.close();
  }
}

/** Refuses what is too long for the one message that carries handles. */
export function checkLength(writer: Writer, limit: number): void {
  if (writer.handles !== null) {
    throw new RpcError("RPC_S_OUT_OF_RESOURCES", {
      details: `a message with system handles has ${writer.length} octets, and no more than ${limit} fit into one`,
    });
  }
}
