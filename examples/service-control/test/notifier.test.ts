import { expect, it } from "vitest";
import { Notifier } from "../src/notifier.js";

const never = new AbortController().signal;

it("wakes all who wait, once", async () => {
  const notifier = new Notifier();
  const waits = [notifier.next(never), notifier.next(never)];
  notifier.notify();
  await expect(Promise.all(waits)).resolves.toHaveLength(2);
  const later = notifier.next(AbortSignal.timeout(20));
  await expect(later).rejects.toThrow("aborted due to timeout");
});

it("gives up with the signal's reason, before and while waiting", async () => {
  const notifier = new Notifier();
  const abort = new AbortController();
  const waiting = notifier.next(abort.signal);
  abort.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(notifier.next(abort.signal)).rejects.toThrow("enough");
});

it("lets nobody wait after its end", async () => {
  const notifier = new Notifier();
  const waiting = notifier.next(never);
  notifier.end(new Error("over"));
  await expect(waiting).rejects.toThrow("over");
  await expect(notifier.next(never)).rejects.toThrow("over");
});
