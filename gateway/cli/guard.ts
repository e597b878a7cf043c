import { ExitCode, SluiceError } from '../core/exit.ts';

/**
 * Runs a command and says an error in one message: of ours with its exit code, of others with a stack
 * only where `verbose` (or SLUICE_DEBUG) asks for it. Sets `process.exitCode`.
 */
export async function guarded(verbose: boolean, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (isCommander(error)) {
      // It has printed what there is to say.
      process.exitCode = error.exitCode === 0 ? ExitCode.OK : ExitCode.FAILURE;
      return;
    }
    const known = error instanceof SluiceError;
    const debug = verbose || Boolean(process.env.SLUICE_DEBUG);
    const hint = known || debug ? '' : ' (add --verbose for where)';
    process.stderr.write(`sluice: ${messageOf(error)}${hint}\n`);
    if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = known ? error.exitCode : ExitCode.FAILURE;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** By its code: the library is not loaded where no command line is parsed. */
function isCommander(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}
