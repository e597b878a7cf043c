import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isPrivate, openUrl } from '../../../gateway/platforms/shared/safeGet.ts';

const signal = new AbortController().signal;

async function serve(location?: string) {
  const server = createServer((_, response) => {
    if (location === undefined) response.setHeader('content-type', 'text/plain; x=1').end('inside');
    else response.writeHead(302, { location }).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('fetching what a message links to', () => {
  it('knows private addresses in all their forms', () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '0.0.0.0',
      '100.64.0.1',
      '::1',
      '::',
      'fe80::1',
      'fd00::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '64:ff9b::7f00:1',
      'nonsense',
    ]) {
      expect([address, isPrivate(address)]).toEqual([address, true]);
    }
    for (const address of ['1.1.1.1', '172.32.0.1', '2606:4700::1111', '::ffff:1.1.1.1']) {
      expect([address, isPrivate(address)]).toEqual([address, false]);
    }
  });

  it('refuses a private address, however it is written', async () => {
    const port = await serve();
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '2130706433',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
    ]) {
      const opened = openUrl(`http://${host}:${port}/`, { signal, timeoutMs: 5000 });
      await expect(opened, host).rejects.toThrow(/private address/);
    }
  });

  it('refuses a name that resolves to a private address among public ones', async () => {
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: '1.1.1.1', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    const opened = openUrl('http://looks.example/', { signal, timeoutMs: 5000, lookup });
    await expect(opened).rejects.toThrow('looks.example is a private address');
  });

  it('reads from a configured address, but follows it to no private one', async () => {
    const port = await serve();
    const trusted = [`http://127.0.0.1:${port}`];
    const opened = await openUrl(`${trusted[0]}/file`, { signal, timeoutMs: 5000, trusted });
    const chunks = [];
    for await (const chunk of opened.body) chunks.push(chunk);
    expect([Buffer.concat(chunks).toString(), opened.type]).toEqual(['inside', 'text/plain']);
    const away = await serve(`http://127.0.0.1:${port}/file`);
    const via = openUrl(`http://127.0.0.1:${away}/`, {
      signal,
      timeoutMs: 5000,
      trusted: [`http://127.0.0.1:${away}`],
    });
    await expect(via).rejects.toThrow('private address');
  });

  it('refuses other schemes and addresses with passwords', async () => {
    await expect(openUrl('file:///etc/passwd', { signal, timeoutMs: 1000 })).rejects.toThrow(
      'file:',
    );
    await expect(openUrl('http://u:p@example.org/', { signal, timeoutMs: 1000 })).rejects.toThrow(
      'password',
    );
  });
});
