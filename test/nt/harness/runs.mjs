/**
 * What is run, one after the other: suites of one process each. `switches` are positions of the stand-in's switches (its
 * switches.c), one for each question that the fact sheet leaves open; `needsStandin`: there is nothing to run without it.
 */
const ALL_B = Array.from({ length: 14 }, (_, i) => `${i + 1}=b`).join();

export const runs = [
  { name: "ports", suites: ["ports"] },
  { name: "memory", suites: ["memory"] },
  { name: "runtime", suites: ["runtime"] },
  { name: "system handles", suites: ["system-handles"] },
  { name: "samples", suites: ["samples"] },
  { name: "windows", suites: ["windows"] },
  { name: "pool", suites: ["pool"] },
  { name: "identity", suites: ["identity", "sddl"] },
  { name: "users", suites: ["users"], needsStandin: true },
  { name: "examples", suites: ["examples"] },
  // The doctor asks what a message with a Type does, which programs must not send.
  { name: "doctor", suites: ["doctor"], tolerates: ["type"] },
  { name: "doctor, other switches", suites: ["doctor"], switches: ALL_B, tolerates: ["type"] },
  { name: "hostile clients", suites: ["hostile"] },
  { name: "leaks", suites: ["leaks"] },
  { name: "ports, other switches", suites: ["ports"], switches: ALL_B },
  { name: "memory, other switches", suites: ["memory"], switches: ALL_B },
  { name: "windows, other switches", suites: ["windows"], switches: ALL_B },
  { name: "identity, other switches", suites: ["identity"], switches: ALL_B },
  { name: "users, other switches", suites: ["users"], switches: ALL_B, needsStandin: true },
  // Nothing that the system tells would let a client tell the answers of a foreign server apart.
  { name: "windows, one call at a time", suites: ["windows"], switches: "4=a,12=b" },
];
