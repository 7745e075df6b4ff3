import { closeSync, fstatSync, openSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { releaseBytes } from "../src/octet-memory.js";
import { sealBytes } from "../src/sealed-bytes.js";
import { endLoan, lendSealed, type SealedLoan, takeSealed } from "../src/sealed-sharing.js";

const sample = new Uint8Array(100_000).map((_, i) => (i * 7) % 251);
const countDescriptors = () => readdirSync("/proc/self/fd").length;

function lend(bytes: Uint8Array, onGone: () => void = () => {}): SealedLoan {
  const loan = lendSealed(bytes, onGone);
  if (loan === null) throw new Error("not sealed");
  return loan;
}

test("what is lent is the same memory, and stays when its owner gives it back", () => {
  const before = countDescriptors();
  const bytes = sealBytes(sample);
  let ends = 0;
  const loan = lend(bytes.subarray(500, 600), () => ends++);
  const taken = takeSealed(loan);
  endLoan(loan);
  expect(ends).toBe(0);
  releaseBytes(bytes);
  releaseBytes(bytes);
  expect(ends).toBe(1);
  expect(taken).toEqual(sample);
  releaseBytes(taken);
  expect(countDescriptors()).toBe(before);
});

test("ordinary arrays are not lent", () => {
  expect(lendSealed(sample, () => {})).toBeNull();
});

test("a loan that has ended is not taken, whatever its number stands for now", () => {
  const bytes = sealBytes(sample);
  const loan = lend(bytes);
  endLoan(loan);
  const before = countDescriptors();
  expect(() => takeSealed(loan)).toThrow("sealed memory of a thread that has ended");
  const stranger = openSync("/dev/null", "r");
  const misleading = { ...loan, descriptor: stranger };
  expect(() => takeSealed(misleading)).toThrow("sealed memory of a thread that has ended");
  expect(fstatSync(stranger).isCharacterDevice()).toBe(true);
  closeSync(stranger);
  expect(countDescriptors()).toBe(before);
  releaseBytes(bytes);
});
