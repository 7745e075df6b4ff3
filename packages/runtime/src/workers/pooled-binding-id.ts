import type { TransferSyntaxName } from "../transfer-syntax.js";

/** What a request to a worker is bound to: an interface, by its place among those that workers serve, and how it is encoded. */
export function pooledBindingId(index: number, syntax: TransferSyntaxName): number {
  return syntax === "ndr64" ? 2 * index + 1 : 2 * index;
}
