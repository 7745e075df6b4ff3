/** Milliseconds of processor time that a function takes: unlike the clock, it does not count waiting for a busy machine. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
