import type { SealedLoan } from "@ncalrpc/alpc";
import type { Writer } from "@ncalrpc/ndr";
import { readFault } from "../protocol-lrpc/fault.js";
import { LrpcMessageType, lrpcMessageType } from "../protocol-lrpc/message-type.js";
import { RESPONSE_HEADER_SIZE } from "../protocol-lrpc/response.js";
import { RpcError } from "../rpc-error.js";
import type { ServerCall } from "../server/server-call.js";
import { type CallRecords, ELSEWHERE } from "./call-records.js";
import { type LongReply, partsOf, writeParts } from "./long-reply.js";
import { SealedBorrower } from "./sealed-borrower.js";

/** What workers have answered: in the records of calls, beside them, and in sealed memory. */
export class PooledAnswers {
  readonly #records: CallRecords;
  /** Those beside the records, by place. */
  readonly #long = new Map<number, LongReply>();
  /** Of each worker, at its number less 1. */
  readonly #sealed: readonly SealedBorrower[];

  constructor(records: CallRecords, workers: number) {
    this.#records = records;
    this.#sealed = Array.from({ length: workers }, () => new SealedBorrower());
  }

  add(slot: number, reply: LongReply): void {
    this.#long.set(slot, reply);
  }

  /** Whether an answer has not come that does not fit into the record. */
  isMissing(slot: number): boolean {
    return this.#records.length(slot) === ELSEWHERE && !this.#long.has(slot);
  }

  /** Hands the answer to the call on; null if nobody waits for it. */
  handOn(slot: number, worker: number, call: ServerCall | null): void {
    const length = this.#records.length(slot);
    if (length === ELSEWHERE) {
      const reply = this.#long.get(slot) ?? NO_REPLY;
      this.#long.delete(slot);
      if (call !== null) {
        this.#answerAtLength(call, worker, reply);
      }
    } else if (call !== null) {
      const { octets, view } = this.#records;
      answer(call, octets, view, this.#records.start(slot), length);
    }
  }

  /** Nobody will be answered with this. */
  forget(slot: number): void {
    this.#long.delete(slot);
  }

  takeSealed(worker: number, id: number, loan: SealedLoan): void {
    this.#sealed[worker - 1]?.take(id, loan);
  }

  releaseSealed(worker: number, id: number): void {
    this.#sealed[worker - 1]?.release(id);
  }

  /** A worker is no more. */
  evict(worker: number): void {
    this.#sealed[worker - 1]?.clear();
  }

  close(): void {
    for (const sealed of this.#sealed) {
      sealed.clear();
    }
  }

  #answerAtLength(call: ServerCall, worker: number, reply: LongReply): void {
    const { octets, sealed } = reply;
    const view = new DataView(octets);
    if (lrpcMessageType(view, 0, octets.byteLength) !== LrpcMessageType.RESPONSE) {
      answer(call, Buffer.from(octets), view, 0, octets.byteLength);
      return;
    }
    const array = sealed === null ? null : (this.#sealed[worker - 1]?.part(sealed) ?? null);
    if (sealed !== null && array === null) {
      const details = "the worker that had sealed the answer has ended, or there is no room for its memory";
      call.fail(new RpcError("RPC_S_CALL_FAILED", { details }));
      return;
    }
    call.respond(partsOf(reply, array), writeParts);
  }
}

/** Of a worker that does not know the call's client any more. */
const NO_REPLY: LongReply = { octets: new ArrayBuffer(0), array: null, sealed: null };

function answer(call: ServerCall, octets: Buffer, view: DataView, start: number, length: number): void {
  if (lrpcMessageType(view, start, length) === LrpcMessageType.RESPONSE) {
    call.respond(octets.subarray(start + RESPONSE_HEADER_SIZE, start + length), writeOctets);
    return;
  }
  const fault = readFault(octets, start, length);
  call.fail(
    fault === null
      ? new RpcError("RPC_S_CALL_FAILED", { details: "the worker no longer knows the call's client" })
      : new RpcError(fault.status, fault.details === null ? {} : { details: fault.details }),
  );
}

/** Stub data that a worker has encoded. */
function writeOctets(writer: Writer, octets: Uint8Array): void {
  writer.bytes(octets);
}
