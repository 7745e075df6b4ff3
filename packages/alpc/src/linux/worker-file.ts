/**
 * Where the compiled file of a worker thread is. Always in dist: Node 20 runs no TypeScript, and tests of the sources
 * start the same threads.
 */
export function workerFile(name: string): URL {
  return new URL(`../../dist/linux/${name}`, import.meta.url);
}
