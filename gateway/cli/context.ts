import type { Command } from 'commander';
import { homePath, type Places } from '../config/paths.ts';

/** What every command is given by the options before its name. */
export interface Context {
  /** The home's path; it may not exist. */
  readonly home: string;
  /** What --config names. */
  readonly config?: string;
  readonly places: Places;
}

export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<{ home?: string; config?: string }>();
  const places: Places = { env: process.env, cwd: process.cwd() };
  return {
    home: homePath(options.home, places),
    places,
    ...(options.config === undefined ? {} : { config: options.config }),
  };
}

/** Writes a line for people or programs to standard output. */
export function say(line = ''): void {
  process.stdout.write(`${line}\n`);
}

export function sayJson(value: unknown): void {
  say(JSON.stringify(value, null, 2));
}
