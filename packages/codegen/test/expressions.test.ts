import { expect, test } from "vitest";
import { generateText } from "./generate.js";
import { loadInterface } from "./load.js";

test("a size that stands behind a pointer to an array is its first element", async () => {
  const counts = await loadInterface(
    generateText(`[ uuid(af6394bb-fbbb-4173-817f-b28273846a16), version(1.0), pointer_default(unique) ]
interface Counts {
    long Sum([in] long n, [in, size_is(n)] long *counts, [in, size_is(*counts)] long *values);
    long Shared([in] long n, [in, unique, size_is(n)] hyper *counts, [in, size_is(*counts)] long *values);
}`),
    "Counts",
  );
  const values = Int32Array.of(7, 8);
  const { octets } = counts.request("sum", [Int32Array.of(2, 5, 6), values]);
  expect(counts.receive("sum", octets)).toEqual([Int32Array.of(2, 5, 6), values]);
  expect(() => counts.request("sum", [Int32Array.of(3), values])).toThrow("size_is(*counts)");
  const wrong = Buffer.from(octets);
  wrong.writeInt32LE(1, 8);
  expect(() => counts.receive("sum", wrong)).toThrow("size_is(*counts)");
  const shared = [BigInt64Array.of(2n), values];
  expect(counts.receive("shared", counts.request("shared", shared).octets)).toEqual(shared);
  expect(counts.request("shared", [null, new Int32Array()]).octets.length).toBe(12);
});
