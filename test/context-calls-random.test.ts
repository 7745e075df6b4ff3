import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { asState, outcomeOf, System } from "./context-calls-system.js";

/** NCALRPC_FUZZ says how many. */
const SEEDS = Number(process.env["NCALRPC_FUZZ"] ?? 40);

it(`random calls on handles (${SEEDS} seeds): one at a time, all answered, run down once and last`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    let state = seed * 7919;
    const below = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return (state >>> 8) % limit;
    };
    const system = new System({
      use: (target, call) =>
        below(3) === 0 ? ++asState(target).uses : asState(target).use(below(3), call.signal),
    });
    await system.server.listen();
    const client = await system.connect();
    const ids = await system.open(client, 3);
    const pick = (): string => ids[below(ids.length)] ?? "";
    // In any order: calls that respected each other's places would wait for ever.
    const pickTwo = (): [string, string] => {
      const first = below(ids.length);
      return [ids[first] ?? "", ids[(first + 1 + below(2)) % ids.length] ?? ""];
    };
    const calls: Promise<number | string>[] = [];
    for (let i = 0; i < 30; i++) {
      const controller = new AbortController();
      const options = below(4) === 0 ? { signal: controller.signal } : undefined;
      calls.push(
        outcomeOf(below(3) === 0 ? client.useBoth(pickTwo(), options) : client.use(pick(), options)),
      );
      if (options !== undefined && below(2) === 0) {
        setTimeout(() => controller.abort(), below(4));
      }
      if (below(6) === 0) {
        await delay(below(2));
      }
    }
    const endsEarly = below(3) === 0;
    const outcomes = endsEarly ? [] : await Promise.all(calls);
    await client.close();
    await Promise.all(calls);
    await system.server.close();
    expect(
      outcomes.filter((o) => typeof o === "string" && o !== "RPC_S_CALL_CANCELLED"),
      `seed ${seed}`,
    ).toEqual([]);
    expect(
      system.states.map(
        ({ mostUsers, rundowns, usersAtRundown }) => mostUsers <= 1 && rundowns === 1 && usersAtRundown === 0,
      ),
      `seed ${seed}`,
    ).toEqual([true, true, true]);
  }
});
