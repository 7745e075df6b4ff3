/** What the command's exit says: done; findings or a failed call; a command line that makes no sense. */
export const ExitCode = { DONE: 0, FAILED: 1, USAGE: 2 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
