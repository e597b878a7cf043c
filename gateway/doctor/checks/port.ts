import { createServer } from 'node:net';
import { installedUnit } from '../../service/installedUnit.ts';
import type { Check } from '../check.ts';
import type { Examinee } from '../examinee.ts';
import { says } from '../finding.ts';

const { ok, problem, skipped } = says('port');

/** Whether the web platform could listen, unless a gateway of ours does already. */
export const portCheck: Check = {
  name: 'port',
  async examine(of) {
    const loaded = await of.loaded().catch(() => undefined);
    if (loaded === undefined) return [skipped('the configuration cannot be read')];
    const { enabled, host, port } = loaded.config.platforms.web;
    if (!enabled) return [ok('the web platform is off')];
    if (port === 0) return [ok('any free one')];
    const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const gateway = await of.gateway();
    if (gateway.is === 'running') return [ok(`${at}, and a gateway runs`)];
    if (gateway.is === 'silent') return [skipped('a gateway that does not answer may have it')];
    switch (await listening(host, port)) {
      case undefined:
        return [ok(`${at} is free`)];
      case 'EADDRINUSE':
        if (await systemdListens(of)) return [ok(`${at}, held by systemd for it`)];
        return [
          problem(
            `another program listens on ${at}`,
            `ss -ltnp 'sport = :${port}'   shows it; or: sluice init --yes --port ${port + 1}`,
          ),
        ];
      case 'EACCES':
        return [
          problem(
            `this user may not listen on ${at}: ports below 1024 are the system's`,
            'sluice init --yes --port 7290',
          ),
        ];
      default:
        return [
          problem(
            `this machine has no address ${host} to listen on`,
            'sluice init --yes --host 127.0.0.1',
          ),
        ];
    }
  },
};

/** Whether systemd holds the socket, to start the gateway at the first connection. */
async function systemdListens({ run, platform }: Examinee): Promise<boolean> {
  if (platform === 'darwin') return false;
  const sockets = (['user', 'system'] as const).map((scope) =>
    installedUnit('sluice.socket', scope, run),
  );
  return (await Promise.all(sockets)).some((unit) => unit?.active === 'active');
}

/** The code of what stands in the way, or undefined where the socket can be had. */
function listening(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? 'error'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}
