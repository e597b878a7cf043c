import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { Machine } from '../harness/fleet.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.end());

const PORT = 20_000 + (process.pid % 10_000);
const at = `http://127.0.0.1:${PORT}`;
const request = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: '/say here' }] }),
};
const refusedWith503 = () =>
  eventually(
    'it refuses with 503',
    async () => {
      const response = await fetch(`${at}/v1/chat/completions`, request).catch(() => undefined);
      await response?.text();
      return response?.status === 503 ? response : undefined;
    },
    20_000,
  );

describe('R05 a machine whose database is away', () => {
  it('waits for it at its start, says so, refuses with 503, and serves by itself when it is there', async () => {
    await server.stop();
    const { daemon } = new Machine(server.url, 'waits', { SLUICE_PORT: String(PORT) });
    const refused = await refusedWith503();
    expect(refused.headers.get('retry-after')).toBe('5');
    const ready = await fetch(`${at}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      ready: false,
      state: 'starting',
      reasons: ['the database of the journal cannot be reached; waiting for it'],
    });
    expect((await fetch(`${at}/healthz`)).status).toBe(200);

    // From here on nobody is refused a connection: 503 until it serves, then answers.
    const seen = new Set<number>();
    let on = true;
    const asking = (async () => {
      while (on) {
        const response = await fetch(`${at}/readyz`, { headers: { connection: 'close' } });
        await response.text();
        seen.add(response.status);
      }
    })();
    await server.start();
    await daemon.ready();
    await eventually('it says that it is ready', () => seen.has(200));
    on = false;
    await asking;
    expect([...seen].sort()).toEqual([200, 503]);
    const answer = await fetch(`${at}/v1/chat/completions`, request);
    expect(JSON.stringify(await answer.json())).toContain('here');
    expect((await daemon.status()).generation).toBe(1);

    // And while it runs: past its lease it comes up anew, and refuses until the database is back.
    await server.stop('SIGKILL');
    await daemon.until(
      'has come up anew and waits',
      async () => {
        const response = await fetch(`${at}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(
          () => undefined,
        );
        return (await response?.text())?.includes('waiting for it');
      },
      30_000,
    );
    expect((await refusedWith503()).headers.get('retry-after')).toBe('5');
    await server.start();
    await daemon.untilStatus('serves again', (s) => s.ready && s.generation > 1, 30_000);
    const again = await fetch(`${at}/v1/chat/completions`, request);
    expect(JSON.stringify(await again.json())).toContain('here');
  }, 90_000);

  it('ends at once when it is told to while it waits', async () => {
    await server.stop();
    const { daemon } = new Machine(server.url, 'stops', { SLUICE_PORT: String(PORT + 1) });
    await daemon.said(/waiting for it/);
    expect(await daemon.stop()).toBe(0);
    await server.start();
  });

  it('does not wait for what does not pass by itself', async () => {
    const url = `${server.url.replace(/postgres$/, '')}nowhere`;
    const { daemon } = new Machine(url, 'never', { SLUICE_PORT: String(PORT + 2) });
    expect(await daemon.ended(60_000)).not.toBe(0);
    expect(daemon.log()).toMatch(/nowhere.* does not exist/);
  }, 90_000);
});
