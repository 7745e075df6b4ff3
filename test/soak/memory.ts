import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Octets of the heap and beside it, garbage included. */
export function memoryUsed(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** The same without garbage: slow. Memory beside the heap is given back by the second collection after it was found to be garbage. */
export function memoryHeld(): number {
  collect();
  collect();
  return memoryUsed();
}
