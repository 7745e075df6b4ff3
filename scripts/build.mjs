// Builds what has changed: the generator first, then generated modules, then everything else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "node_modules", ".cache", "ncalrpc-generated.txt");

/** Each folder of IDL files and where its modules go. */
const generated = [
  ["idl", "packages/runtime/src/gen"],
  ["packages/bench/idl", "packages/bench/src/gen"],
  ["examples/hello/idl", "examples/hello/src/gen"],
  ["examples/service-control/idl", "examples/service-control/src/gen"],
  ["test/idl", "test/src/gen"],
];

tsc("packages/codegen");
if (isStale()) {
  const { compile, createNodeHost, formatDiagnostic } = await import("../packages/idl/dist/index.js");
  const { generateTypeScript } = await import("../packages/codegen/dist/index.js");
  const host = createNodeHost({ includeDirectories: [join(root, "idl")] });
  for (const [from, to] of generated) {
    // All files of a folder together: modules that share types must be of one run.
    const files = idlFiles(from).map((name) => relative(process.cwd(), join(root, from, name)));
    const { model, diagnostics } = compile(files, host);
    for (const diagnostic of diagnostics) {
      console.error(formatDiagnostic(diagnostic));
    }
    if (model === null) {
      process.exit(1);
    }
    for (const { path, text } of generateTypeScript(model)) {
      writeIfChanged(join(root, to, path), text);
    }
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint());
}
tsc(".");

function tsc(project) {
  const bin = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [bin, "-b", project], { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
}

function writeIfChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function isStale() {
  return !existsSync(stamp) || readFileSync(stamp, "utf8") !== fingerprint();
}

/** Changes with every input of the generator, the generator itself included, and with every output. */
function fingerprint() {
  const hash = createHash("sha256");
  const inputs = [
    ["packages/idl/src", ".ts"],
    ["packages/codegen/src", ".ts"],
    ...generated.flatMap(([from, to]) => [
      [from, ".idl"],
      [to, ".ts"],
    ]),
  ];
  for (const [folder, ending] of inputs) {
    for (const name of filesBelow(join(root, folder), ending)) {
      hash.update(name).update(readFileSync(join(root, folder, name)));
    }
  }
  return hash.digest("hex");
}

function idlFiles(folder) {
  return filesBelow(join(root, folder), ".idl");
}

function filesBelow(folder, ending) {
  if (!existsSync(folder)) {
    return [];
  }
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .sort();
}
