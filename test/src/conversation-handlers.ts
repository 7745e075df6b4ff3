import { implement } from "@ncalrpc/runtime";
import { Conversation, ConversationCallbacks } from "./gen/conversation.js";

/** Runs in workers. */
export default implement(Conversation, {
  ask: async (times, call) => await new ConversationCallbacks(call).add(times, 1),
  hurry: notHere,
  flood: notHere,
  tooLate: notHere,
  fetch: notHere,
  ping: (value) => value,
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
