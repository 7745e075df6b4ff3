import { appendFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
import { implement } from "@ncalrpc/runtime";
import { Ledger } from "./gen/ledger.js";

class Tally implements Disposable {
  total: number;
  file: string | null = null;

  constructor(start: number) {
    this.total = start;
  }

  [Symbol.dispose](): void {
    if (this.file !== null) {
      appendFileSync(this.file, `${this.total}\n`);
    }
  }
}

function tallyOf(state: object): Tally {
  if (!(state instanceof Tally)) {
    throw new TypeError("not a tally");
  }
  return state;
}

/** Runs in workers. */
export default implement(Ledger, {
  open: (start) => ({ tally: new Tally(start), thread: threadId }),
  add(tally, amount) {
    const own = tallyOf(tally);
    own.total += amount;
    return { total: own.total, thread: threadId };
  },
  settle: () => ({ tally: null }),
  wreck: () => process.exit(4),
  watch(tally, file) {
    tallyOf(tally).file = file;
  },
});
