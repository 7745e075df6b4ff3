import { defaultKernel, type Finding } from "@ncalrpc/alpc";
import type { Arguments } from "../arguments.js";
import type { Command } from "../command.js";
import { jsonOption } from "../common-options.js";
import { ExitCode } from "../exit-code.js";
import { jsonText, safeText } from "../safe-text.js";
import { alignColumns } from "../table.js";
import { paint, type Terminal } from "../terminal.js";

export const doctor: Command = {
  name: "doctor",
  summary: "Look at what this system offers to ports, and say what is amiss.",
  parameters: [],
  options: { json: jsonOption },
  notes: [
    "On Windows: tries out the layout of structures, what becomes of messages, and what is documented nowhere, with ports",
    "of its own. On Linux: features of the kernel, and the directories where ports lie. What is amiss is marked with !",
    "and makes the exit code 1. docs/windows.md says where to send what it prints on Windows.",
  ],
  examples: ["ncalrpc doctor", "ncalrpc doctor --json"],
  run: runDoctor,
};

async function runDoctor(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const kernel = defaultKernel();
  const findings = (await kernel.examine?.()) ?? [];
  if (args.has("json")) terminal.print(jsonText({ kernel: kernel.name, findings }));
  else printFindings(findings, terminal);
  return findings.some(({ verdict }) => verdict === "bad") ? ExitCode.FAILED : ExitCode.DONE;
}

const marks: Record<Finding["verdict"], string> = { good: "+", bad: "!", note: " " };

function printFindings(findings: readonly Finding[], terminal: Terminal): void {
  const lines = alignColumns(
    findings.map(({ verdict, what, observed }) => [marks[verdict], safeText(what), safeText(observed)]),
  );
  let topic = "";
  for (const [i, finding] of findings.entries()) {
    if (finding.topic !== topic) terminal.print(paint(terminal.printsColor, "bold", finding.topic));
    topic = finding.topic;
    terminal.print(`  ${lines[i]}`);
  }
}
