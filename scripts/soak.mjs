// The long runs: what the suites do, with the counts that the promises name. Prints a table of them, and writes the last result of
// each part to docs/soak.md, from docs/soak.json, where they are kept.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = join(root, "docs", "soak.md");
const records = join(root, "docs", "soak.json");

/**
 * Parts, in order: which test files run, with which environment; what `count` counts; about how many minutes that takes on two
 * idle cores. `seed` is the variable that the files take their seed from, `usual` the one that they take without.
 */
const parts = [
  {
    name: "decoders",
    what: "inputs to generated decoders, guided by coverage, both syntaxes",
    files: ["test/slow/decoders.test.ts"],
    count: 10_000_000,
    seed: "NCALRPC_SEED",
    usual: 20_261_123,
    minutes: 5,
  },
  {
    name: "interfaces",
    what: "random interfaces, compiled and round-tripped, both syntaxes",
    files: ["test/slow/random-interfaces.test.ts"],
    count: 1_000,
    seed: "NCALRPC_SEED",
    usual: 0x51ce,
    minutes: 5,
  },
  {
    name: "ping-pongs",
    what: "ping-pongs over completion lists, with delays at every step",
    files: ["packages/alpc/test/completion-list/ping-pong-threads.test.ts"],
    count: 10_000_000,
    variable: "NCALRPC_PING_PONGS",
    minutes: 8,
  },
  {
    name: "connections",
    what: "calls over connections of one process that fall asleep, wake each other, come and go",
    files: ["test/many-connections.test.ts"],
    count: 1_000_000,
    variable: "NCALRPC_MANY_CALLS",
    minutes: 1,
  },
  {
    name: "kills",
    what: "rounds of killed clients of a port, and 500 killed clients and servers",
    files: ["test/kill.test.ts", "packages/alpc/test/lifecycle.test.ts"],
    count: 200,
    variable: "NCALRPC_KILLS",
    seed: "NCALRPC_SEED",
    usual: 20_240_607,
    minutes: 3,
  },
  {
    name: "threads",
    what: "worker threads ended at any instant while they take and answer calls",
    files: ["packages/runtime/test/workers/mortal-threads.test.ts"],
    count: 5_000,
    seed: "NCALRPC_SEED",
    usual: 20_261_123,
    minutes: 3,
  },
  {
    name: "messages",
    what: "mutated messages to a server",
    files: ["test/slow/messages.test.ts"],
    count: 500_000,
    seed: "NCALRPC_SEED",
    usual: 1,
    minutes: 4,
  },
  {
    name: "replies",
    what: "made-up replies to a client",
    files: ["packages/runtime/test/forged-replies.test.ts"],
    count: 20_000,
    minutes: 2,
  },
  {
    name: "ports",
    what: "hostile packets to ports",
    files: ["packages/alpc/test/hostile-peers.test.ts"],
    count: 100_000,
    minutes: 4,
  },
  {
    name: "lists",
    what: "hostile steps on completion lists",
    files: ["packages/alpc/test/completion-list/hostile-lists.test.ts"],
    count: 2_000,
    minutes: 3,
  },
  {
    name: "rings",
    what: "random steps of rings",
    files: ["packages/alpc/test/completion-list/rings.test.ts"],
    count: 10_000_000,
    minutes: 2,
  },
  {
    name: "vectors",
    what: "mutated vectors through the codec",
    files: ["packages/ndr/test/fuzz.test.ts"],
    count: 2_000_000,
    seed: "NCALRPC_SEED",
    usual: 0x6c3ab5f2,
    minutes: 1,
  },
  {
    name: "idl",
    what: "mutated IDL and ACF files in all dialects through the compiler",
    files: ["packages/idl/test/fuzz.test.ts"],
    count: 300_000,
    seed: "NCALRPC_FUZZ_SEED",
    usual: 1,
    minutes: 5,
  },
  {
    name: "format",
    what: "shuffled IDL texts through the formatter",
    files: ["packages/idl/test/format.test.ts"],
    count: 100_000,
    minutes: 3,
  },
  {
    name: "breaking",
    what: "edits with a known verdict",
    files: ["packages/idl/test/breaking.test.ts"],
    count: 20_000,
    minutes: 2,
  },
  {
    name: "injection",
    what: "hostile IDL texts and names through the generator",
    files: ["packages/codegen/test/injection.test.ts", "packages/codegen/test/injection-text.test.ts"],
    count: 1_000,
    seed: "NCALRPC_SEED",
    usual: 0x51ce,
    minutes: 4,
  },
  {
    name: "security",
    what: "descriptors, SDDL texts and access checks",
    files: ["packages/security/test/access-check-property.test.ts", "packages/security/test/hostile.test.ts"],
    count: 200_000,
    minutes: 2,
  },
];

const names = parts.map(({ name }) => name);
const help = `Usage: npm run soak -- [--only NAMES] [--seed N] [--scale N] [--no-page] [--help]

Runs the long tests in turn and writes the last result of each to docs/soak.md.

  --only NAMES  these parts only, with commas between them
  --seed N      another seed than the usual ones, for the parts that take one
  --scale N     times this factor, above 0, of the usual counts: 0.01 for a quick try
  --no-page     leave docs/soak.md as it is

Parts, with their counts and about how many minutes they take:

${parts.map(({ name, what, count, minutes }) => `  ${name.padEnd(11)} ${number(count).padStart(10)} ${what} (${minutes} min)`).join("\n")}
`;

function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      seed: { type: "string" },
      scale: { type: "string", default: "1" },
      "no-page": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const only = values.only === undefined ? names : values.only.split(",");
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(", ")}; there are ${names.join(", ")}`);
  const seed = values.seed === undefined ? null : Number(values.seed);
  if (seed !== null && !(Number.isInteger(seed) && seed > 0))
    throw new Error("--seed takes an integer above 0");
  const scale = Number(values.scale);
  if (!(scale > 0)) throw new Error("--scale takes a number above 0");
  return { only, seed, scale, writesPage: !values["no-page"], help: values.help };
}

/** Runs one part; answers what there is to say of it. */
function run(part, { seed, scale }) {
  const count = Math.max(1, Math.round(part.count * scale));
  const usedSeed = part.seed === undefined ? null : (seed ?? part.usual);
  const folder = mkdtempSync(join(tmpdir(), "ncalrpc-soak-report-"));
  const report = join(folder, "report.json");
  const changes = git("status", "--porcelain", "-uno") === "" ? "" : " and changes";
  const about = { commit: git("rev-parse", "--short", "HEAD") + changes, load: loadavg()[0] ?? 0 };
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  const started = performance.now();
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules", "vitest", "vitest.mjs"),
      "run",
      ...part.files,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
      // For tests that name no time of their own.
      "--test-timeout=3600000",
      // Progress is to be seen while it is made.
      "--disable-console-intercept",
    ],
    {
      cwd: root,
      stdio: "inherit",
      env: {
        ...process.env,
        NCALRPC_SLOW: "1",
        [part.variable ?? "NCALRPC_FUZZ"]: String(count),
        ...(usedSeed === null ? {} : { [part.seed]: String(usedSeed) }),
      },
    },
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  const { passed, failed } = testsOf(report);
  rmSync(folder, { recursive: true });
  const isGood = status === 0 && passed > 0;
  return { name: part.name, date, ...about, count, seed: usedSeed, seconds, passed, failed, isGood };
}

/** How many tests passed and failed; none without a report. */
function testsOf(report) {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

function git(...args) {
  return spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout?.trim() ?? "";
}

function duration(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function table(rows) {
  const lines = rows.map(({ name, date, commit, load, count, seed, seconds, passed, failed, isGood }) =>
    [
      name,
      `${number(count)} ${parts.find((part) => part.name === name)?.what}`,
      seed ?? "of the tests",
      isGood ? `passed (${passed})` : `**failed** (${failed} of ${passed + failed})`,
      duration(seconds),
      load.toFixed(1),
      `${date} UTC`,
      commit,
    ].join(" | "),
  );
  const head = "part | what | seed | tests | min:s | load | began | commit";
  return [head, "--- | --- | --- | --- | ---: | ---: | --- | ---", ...lines]
    .map((line) => `| ${line} |`)
    .join("\n");
}

/** The last results of all parts, in their order. */
function readRecords() {
  const known = existsSync(records) ? JSON.parse(readFileSync(records, "utf8")) : [];
  return names.flatMap((name) => known.filter((row) => row.name === name));
}

/** What somebody wrote in the records of a result: the next result has none. */
function notes(rows) {
  return rows.flatMap(({ name, note }) => (note === undefined ? [] : [`\n${name}: ${note}\n`])).join("");
}

/** Puts a result in the place of the part's last one. */
function record(row) {
  const rows = readRecords().filter(({ name }) => name !== row.name);
  writeFileSync(records, `${JSON.stringify([...rows, row], null, 2)}\n`);
  writeFileSync(page, pageText(readRecords()));
}

function pageText(rows) {
  const missing = names.filter((name) => !rows.some((row) => row.name === name));
  return `# The last soak

\`npm run soak\` runs the long tests and writes this page, the last result of each part; \`npm run soak -- --help\` lists the parts.
The load is that of the machine when the part began, per minute. A part that fails prints its seed and what it failed with.

- machine: ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 1024 ** 3)} GiB, ${process.platform} ${release()}, Node ${process.versions.node}
- never run: ${missing.length === 0 ? "nothing is left out" : missing.join(", ")}

${table(rows)}
${notes(rows)}`;
}

function main() {
  const options = readArguments();
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const chosen = parts.filter(({ name }) => options.only.includes(name));
  const minutes = (some) => Math.ceil(some.reduce((sum, part) => sum + part.minutes, 0) * options.scale);
  const rows = [];
  for (const [i, part] of chosen.entries()) {
    console.log(
      `\n[${i + 1} of ${chosen.length}] ${part.name}: about ${minutes([part])} min, then ${minutes(chosen.slice(i + 1))} more`,
    );
    const row = run(part, options);
    rows.push(row);
    // Written after every part: a soak that is stopped has said what it did.
    if (options.writesPage) record(row);
  }
  console.log(`\n${table(rows)}`);
  return rows.every(({ isGood }) => isGood) ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
