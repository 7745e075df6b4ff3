/** Where a command writes its lines. */
export interface Terminal {
  /** What was asked for. */
  print(line: string): void;
  /** What people want to know beside it: errors, progress. */
  report(line: string): void;
  /** Whether each of the two may be coloured. */
  readonly printsColor: boolean;
  readonly reportsColor: boolean;
}

/** The process's standard output and error. A reader that goes away ends the process quietly. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const allowsColor = env["NO_COLOR"] === undefined || env["NO_COLOR"] === "";
  for (const stream of [stdout, stderr]) stream.on("error", endQuietly);
  return {
    print: (line) => void stdout.write(`${line}\n`),
    report: (line) => void stderr.write(`${line}\n`),
    printsColor: allowsColor && stdout.isTTY === true,
    reportsColor: allowsColor && stderr.isTTY === true,
  };
}

function endQuietly(error: Error): void {
  if ("code" in error && error.code === "EPIPE") process.exit();
  throw error;
}

const styles = { bold: "\u001b[1m", red: "\u001b[31m", green: "\u001b[32m", dim: "\u001b[2m" } as const;
const RESET = "\u001b[0m";

export function paint(isColored: boolean, style: keyof typeof styles, text: string): string {
  return isColored && text !== "" ? `${styles[style]}${text}${RESET}` : text;
}
