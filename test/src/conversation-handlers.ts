import { implement, isRpcError, RpcStatus, type RpcStatusName } from "@ncalrpc/runtime";
import { Conversation, ConversationCallbacks, type ConversationHandlers } from "./gen/conversation.js";

/** Handlers that call their clients back. */
export const asking: Pick<ConversationHandlers, "ask" | "hurry" | "flood" | "fetch" | "ping"> = {
  async ask(times, call) {
    const client = new ConversationCallbacks(call);
    if (times < 0) {
      // Asked, but not waited for: the call is over before the client answers.
      client.add(times, 0).catch(() => {});
      return times;
    }
    let sum = 0;
    for (let i = 1; i <= times; i++) sum = await client.add(sum, i);
    return sum;
  },
  async hurry(timeout, call) {
    const options = timeout === 0 ? {} : { timeout };
    const status = await statusOf(new ConversationCallbacks(call).wait(500, options));
    return RpcStatus[status];
  },
  async flood(count, call) {
    const client = new ConversationCallbacks(call);
    const waits = Array.from({ length: count }, () => statusOf(client.wait(60_000)));
    const statuses = await Promise.all(waits);
    return statuses.filter((status) => status !== "RPC_S_OUT_OF_RESOURCES").length;
  },
  async fetch(length, call) {
    const { data } = await new ConversationCallbacks(call).fill(length);
    return data?.length ?? 0;
  },
  ping: (value) => value,
};

async function statusOf(call: Promise<unknown>): Promise<RpcStatusName> {
  return await call.then(
    () => "RPC_S_OK" as const,
    (error: unknown) => (isRpcError(error) ? error.status : "RPC_S_CALL_FAILED"),
  );
}

/** Runs in workers. */
export default implement(Conversation, {
  ...asking,
  tooLate: notHere,
  async count(data, factor) {
    let count = 0;
    for await (const chunk of data) {
      count += chunk.length;
    }
    return BigInt(count) * BigInt(factor);
  },
  emit: (total, piece) => ({ data: emit(total, piece), announced: total }),
  double: notHere,
  first: notHere,
  giveThenFail: notHere,
  emitters: notHere,
  note: () => {},
});

function* emit(total: number, piece: number): Generator<Uint8Array> {
  for (let left = total; left > 0; left -= piece) {
    yield new Uint8Array(Math.min(piece, left));
  }
}

function notHere(): never {
  throw new Error("not of interest here");
}
