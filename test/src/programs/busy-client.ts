// A client that, told a binding and a seed, does a bit of everything until it is killed. It says "ready" when it can be told,
// and "open" as soon as it has a handle.
import { type Counter, Probe, type ProbeClient } from "../gen/probe.js";

/** What happens at the same time on the connection. */
const LANES = 4;

interface Start {
  readonly binding: string;
  readonly seed: number;
}

process.on("message", ({ binding, seed }: Start) => void run(binding, seed));
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function run(binding: string, seed: number): Promise<void> {
  const client = await Probe.connect(binding);
  for (let lane = 0; lane < LANES; lane++) {
    void work(client, seed * LANES + lane);
  }
}

async function work(client: ProbeClient, seed: number): Promise<void> {
  const counters: Counter[] = [(await client.openCounter(1)).counter];
  process.send?.("open");
  let state = seed;
  const below = (limit: number): number => {
    // The constants of Numerical Recipes; the upper bits are the good ones.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % limit;
  };
  for (;;) {
    switch (below(7)) {
      case 0:
        await client.add(below(1000), 1);
        break;
      case 1:
        await client.upload(new Uint8Array(below(400_000)));
        break;
      case 2:
        await client.download(below(400_000), 1);
        break;
      case 3:
        await client.upload(new Uint8Array(2_000_000 + below(2_000_000)));
        break;
      case 4:
        counters.push((await client.openCounter(1)).counter);
        break;
      case 5:
        await counters.pop()?.close();
        break;
      default:
        await client.sleep(below(20));
    }
  }
}
