import { dirname } from "node:path";
import {
  createNodeHost,
  type FrozenInterface,
  findBreaking,
  freezeInterfaces,
  frozenText,
} from "@ncalrpc/idl";
import type { Arguments } from "../arguments.js";
import { readFrozen } from "../baseline.js";
import type { Command } from "../command.js";
import { CommandFailure } from "../command-failure.js";
import { includeOption } from "../common-options.js";
import { compileOptions, readCompileOptions } from "../compile-options.js";
import { compileOrFail } from "../compile-or-fail.js";
import { ExitCode } from "../exit-code.js";
import { type PlannedFile, planFiles, writePlanned } from "../output-directory.js";
import { plural } from "../read-model.js";
import type { Terminal } from "../terminal.js";

export const freeze: Command = {
  name: "freeze",
  summary: "Keep the model of each interface's version, so that it cannot change unnoticed.",
  parameters: [{ name: "FILES", help: "IDL files.", isRepeated: true }],
  options: {
    out: { value: "DIR", help: "Where the models go (default: beside each file)." },
    check: {
      help: "Write nothing; exit with 1 if a version is not frozen, or differs from what is. For CI.",
    },
    force: { help: "Freeze a version anew. Only for versions that nobody has got yet." },
    include: includeOption,
    ...compileOptions,
  },
  notes: [
    "Writes NAME.MAJOR.MINOR.model.json, and its hash in NAME.MAJOR.MINOR.model.sha256. Comments are no part of it.",
    "A version that is frozen and has changed is refused: raise its version. `ncalrpc breaking` compares with the models.",
  ],
  examples: [
    "ncalrpc freeze idl/hello.idl",
    "ncalrpc freeze idl/*.idl --out idl/frozen",
    "ncalrpc freeze idl/*.idl --out idl/frozen --check",
  ],
  run: async (args, terminal) => freezeFiles(args, terminal),
};

interface Planned {
  readonly frozen: FrozenInterface;
  readonly model: PlannedFile;
  readonly hash: PlannedFile;
}

function freezeFiles(args: Arguments, terminal: Terminal): ExitCode {
  const model = compileOrFail(
    args.positionals,
    createNodeHost({ includeDirectories: args.values("include") }),
    args.positionals.join(", "),
    readCompileOptions(args),
  );
  const planned = freezeInterfaces(model).map((frozen) => {
    const unit = model.units.find(
      ({ imported, interface: found }) =>
        !imported &&
        found !== null &&
        frozen.model.units.some((kept) => kept.interface?.uuid === found.uuid && !kept.imported),
    );
    return plan(frozen, args.value("out") ?? dirname(unit?.file ?? "."));
  });
  if (planned.length === 0) throw new CommandFailure("no interface in these files");
  return args.has("check") ? checkAll(planned, terminal) : writeAll(planned, args.has("force"), terminal);
}

function plan(frozen: FrozenInterface, directory: string): Planned {
  const [model, hash] = planFiles(directory, [
    { path: `${frozen.name}.model.json`, text: frozenText(frozen) },
    { path: `${frozen.name}.model.sha256`, text: `${frozen.hash}\n` },
  ]);
  if (model === undefined || hash === undefined) throw new RangeError("two files were planned");
  return { frozen, model, hash };
}

function writeAll(planned: readonly Planned[], isForced: boolean, terminal: Terminal): ExitCode {
  const changed = planned.filter(({ hash }) => hash.state === "changed");
  if (changed.length > 0 && !isForced) {
    for (const { model, frozen } of changed) reportChange(model.path, frozen, terminal);
    throw new CommandFailure(
      `${plural(changed.length, "version")} frozen already, and different: raise the version; nothing written`,
    );
  }
  for (const { frozen, model, hash } of planned) {
    const isStale = model.state !== "unchanged" || hash.state !== "unchanged";
    if (isStale) {
      writePlanned(model);
      writePlanned(hash);
    }
    terminal.print(`${isStale ? "froze    " : "unchanged"} ${frozen.name} ${frozen.hash.slice(0, 16)}`);
  }
  return ExitCode.DONE;
}

function checkAll(planned: readonly Planned[], terminal: Terminal): ExitCode {
  let stale = 0;
  for (const { frozen, model, hash } of planned) {
    if (hash.state === "unchanged" && model.state !== "new") readFrozen(model.path);
    if (hash.state === "unchanged" && model.state === "unchanged") continue;
    stale += 1;
    if (hash.state === "new" || model.state === "new")
      terminal.print(`missing   ${frozen.name}: freeze it when it is released`);
    else reportChange(model.path, frozen, terminal);
  }
  terminal.print(`${plural(planned.length, "version")} checked, ${stale} not as frozen`);
  return stale === 0 ? ExitCode.DONE : ExitCode.FAILED;
}

function reportChange(path: string, frozen: FrozenInterface, terminal: Terminal): void {
  terminal.print(`changed   ${frozen.name}: it is not what ${path} says; raise the version`);
  const breaks = findBreaking(readFrozen(path), frozen.model);
  for (const { where, message, rule } of breaks) terminal.print(`          ${where}: ${message} (${rule})`);
}
