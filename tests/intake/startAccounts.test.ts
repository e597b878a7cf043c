import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../gateway/core/exit.ts';
import { startAccounts } from '../../gateway/intake/startAccounts.ts';
import type { Host, Platform } from '../../gateway/platforms/platform.ts';
import { silent } from '../harness/gateway.ts';

const account = (platform: string, failure?: string) =>
  ({
    platform,
    account: 'default',
    start: async () => {
      if (failure !== undefined) throw new ConfigError(failure);
    },
  }) as unknown as Platform;

const start = (...platforms: Platform[]) =>
  startAccounts(platforms, (p) => p.start({} as Host), silent);

describe('starting the accounts', () => {
  it('goes on with the others when one can never work', async () => {
    await start(account('telegram', 'revoked'), account('web'), account('terminal'));
  });

  it('R12 is a mistake of the configuration when none can ever work but the shell', async () => {
    const failed = start(
      account('telegram', 'revoked'),
      account('discord', 'gone'),
      account('terminal'),
    );
    await expect(failed).rejects.toThrow(new ConfigError('revoked'));
  });

  it('serves the shell alone where no account is configured', async () => {
    await start(account('terminal'));
  });
});
