import type { RpcError } from "../rpc-error.js";
import type { EncodedChunk, OutgoingPipe } from "./pipe.js";
import type { PipeChannel } from "./pipe-channel.js";

/** Sends a pipe, no faster than its receiver pulls. */
export class PipeSender {
  readonly #channel: PipeChannel;
  /** Octets that may be sent; below 0 by no more than a message. */
  #credit: number;
  /** Elements of the last message: about as many fit into the next one. */
  #elements = 64;
  #isStopped = false;
  #onGrant: (() => void) | null = null;
  #onStop: (() => void) | null = null;

  constructor(channel: PipeChannel, credit: number) {
    this.#channel = channel;
    this.#credit = credit;
  }

  /**
   * Sends all of it, or what there is until `stop`. Rejects with what the source or the encoder throws, of which the
   * receiver hears `faultOf`.
   */
  async run(pipe: OutgoingPipe, faultOf: (error: unknown) => RpcError): Promise<void> {
    const chunks = pipe.chunks();
    const stopped = new Promise<null>((resolve) => {
      this.#onStop = () => resolve(null);
    });
    try {
      while (!this.#isStopped) {
        // A source may take its time; who wants no more of it does not wait for that.
        const next = await Promise.race([chunks.next(), stopped]);
        if (next === null) {
          break;
        }
        if (next.done === true) {
          this.#channel.sendEnd();
          return;
        }
        await this.#sendChunk(next.value);
      }
    } catch (error) {
      this.#channel.sendAbort(faultOf(error));
      void chunks.return().catch(() => {});
      throw error;
    }
    void chunks.return().catch(() => {});
  }

  /** The receiver takes so many octets more. */
  grant(octets: number): void {
    this.#credit += octets;
    this.#onGrant?.();
  }

  /** Ends it early, which is no error; a receiver that still waits for more hears why. */
  stop(reason: RpcError | null): void {
    if (reason !== null && !this.#isStopped) {
      this.#channel.sendAbort(reason);
    }
    this.#isStopped = true;
    this.#onGrant?.();
    this.#onStop?.();
  }

  async #sendChunk(chunk: EncodedChunk): Promise<void> {
    const { length, elementSize } = chunk;
    const fitting = elementSize === 0 ? null : Math.floor((this.#channel.room - 16) / elementSize);
    for (let start = 0; start < length; ) {
      while (this.#credit <= 0 && !this.#isStopped) {
        await new Promise<void>((resolve) => {
          this.#onGrant = resolve;
        });
      }
      if (this.#isStopped) {
        return;
      }
      const count = Math.max(1, Math.min(length - start, fitting ?? 2 * this.#elements));
      const sent = this.#channel.sendChunk(chunk, start, count);
      this.#elements = sent.count;
      start += sent.count;
      this.#credit -= sent.octets;
    }
  }
}
