import { AddressUnavailable, ExitCode, SluiceError } from '../core/exit.ts';
import { connectToSupervisor } from '../supervisor/link.ts';
import { flushCompiled } from './compileCache.ts';
import { VERSION } from './version.ts';

/**
 * `sluice generation HOME [CONFIG]`: what the supervisor starts, no command for people. The link comes
 * first: heartbeats start there, and an order that comes early is kept.
 */
export async function generation([home, config]: readonly string[]): Promise<void> {
  const link = connectToSupervisor();
  // A terminal's Ctrl-C is for the supervisor; it tells us.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  let exitCode: ExitCode = ExitCode.FAILURE;
  try {
    const { startGeneration } = await import('../instance/prepare.ts');
    exitCode = await startGeneration({
      home: home as string,
      env: process.env,
      cwd: process.cwd(),
      version: VERSION,
      ready: flushCompiled,
      ...(config === undefined ? {} : { config }),
      ...(link === undefined ? {} : { link }),
    });
  } catch (error) {
    const known = error instanceof SluiceError;
    exitCode = known ? error.exitCode : ExitCode.FAILURE;
    const reason = known ? error.message : String((error as Error).stack ?? error);
    // The supervisor says what is meant for a person; a stack is for here.
    if (!known || link === undefined) process.stderr.write(`${reason}\n`);
    const final = error instanceof AddressUnavailable;
    await link?.send({ type: 'failed', reason: (error as Error).message, exitCode, final });
  }
  link?.close();
  // Everything is closed and committed; a library's forgotten handle must not keep the process.
  process.exit(exitCode);
}
