import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createPlatforms, type PlatformsDeps } from '../../gateway/assembly/platformsOf.ts';
import { systemClock } from '../../gateway/assembly/systemClock.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import { Secrets } from '../../gateway/observe/secrets.ts';
import { silent } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';
import { FakeHost } from '../platforms/web/fakeHost.ts';

/** The page as a generation makes it; what it shows to the person. */
async function start(home: string, host: string) {
  const shown: string[] = [];
  const deps = {
    home,
    show: (text: string) => void shown.push(text),
    env: {},
    clock: systemClock,
    log: silent,
    secrets: new Secrets(),
    random: Math.random,
    metrics: async () => ({ type: 'text/plain', body: '' }),
  } as unknown as PlatformsDeps;
  const config = ConfigSchema.parse({ platforms: { web: { host, port: 0 } } });
  const web = (await createPlatforms(config, deps)).find((p) => p.platform === 'web');
  await web?.start(new FakeHost());
  onTestFinished(() => web?.close());
  const status = async (token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return (await fetch(`${web?.where?.()}v1/models`, { headers })).status;
  };
  return { shown, status };
}

it('a page that others can reach gets a token: made once, for its owner alone, and shown once', async () => {
  const home = tempDir();
  const first = await start(home, '0.0.0.0');
  const file = join(home, 'web-token');
  const token = readFileSync(file, 'utf8').trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(first.shown).toHaveLength(1);
  expect(first.shown[0]).toContain(token);
  expect([await first.status(), await first.status(token)]).toEqual([401, 200]);
  const next = await start(home, '0.0.0.0');
  expect(next.shown).toEqual([]);
  expect([await next.status('wrong'), await next.status(token)]).toEqual([401, 200]);
});

it('on loopback there is none', async () => {
  const local = await start(tempDir(), '127.0.0.1');
  expect(local.shown).toEqual([]);
  expect(await local.status()).toBe(200);
});
