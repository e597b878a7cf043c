import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LISTEN_DEFAULT } from '../../config/listen.ts';
import { configCandidates, type Places } from '../../config/paths.ts';
import type { Config } from '../../config/schema.ts';
import { ConfigError, ExitCode, SluiceError } from '../../core/exit.ts';

/** Reading a configuration takes a fraction of a second; a disk that hangs must not hang us for ever. */
const LIMIT_MS = 30_000;

/**
 * Where the web platform listens, for the supervisor, which owns the socket. The supervisor lives as
 * long as the gateway and is to stay small: with nothing configured the answer is known, and else a
 * child process (`sluice config check --json`) reads the configuration and ends. A worker thread would
 * start sooner, but leaves 20 MB of its libraries behind.
 * @throws ConfigError as `loadConfig` does.
 */
export async function listenAddress(
  config: string | undefined,
  places: Places,
): Promise<{ host: string; port: number }> {
  const candidates = configCandidates(config, places);
  const plain = !places.env.SLUICE_PORT && !places.env.SLUICE_HOST;
  if (plain && !candidates.some((c) => c.named !== undefined || existsSync(c.path))) {
    return LISTEN_DEFAULT;
  }
  const named = config === undefined ? [] : ['--config', config];
  const { platforms } = await check([...named, 'config', 'check', '--json'], places);
  return { host: platforms.web.host, port: platforms.web.port };
}

function check(args: readonly string[], places: Places): Promise<Config> {
  const command = [...process.execArgv, process.argv[1] as string, ...args];
  const options = { cwd: places.cwd, env: { ...places.env }, timeout: LIMIT_MS };
  return new Promise((done, fail) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      if (error === null) return done(JSON.parse(stdout) as Config);
      const said = stderr.replace(/^sluice: /, '').trim();
      const Wrong = error.code === ExitCode.CONFIG ? ConfigError : SluiceError;
      fail(new Wrong(said === '' ? `cannot read the configuration: ${error.message}` : said));
    });
  });
}
