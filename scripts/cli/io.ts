/** What a command reads and writes besides files: the process's own, or a test's. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody looks at it: colours on the one, progress on the other. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
}

/** The process's streams and environment. */
export const PROCESS: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  env: process.env,
  outIsTerminal: process.stdout.isTTY === true,
  errIsTerminal: process.stderr.isTTY === true,
};
