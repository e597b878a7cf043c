import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { installed } from '../../agents/real/installed.ts';
import { eventually } from '../../harness/eventually.ts';
import { FakeHost, outbound } from '../fakeHost.ts';
import { telegram } from '../telegram/bot.ts';

// Our fake was written by who wrote the adapter: a mistake in reading the Bot API's documentation could
// be in both. Somebody else's fake does not share it.

interface Client {
  makeMessage(text: string): object;
  makeCommand(text: string): object;
  sendMessage(message: object): Promise<unknown>;
  sendCommand(message: object): Promise<unknown>;
}
interface Server {
  start(): Promise<void>;
  stop(): Promise<unknown>;
  getClient(token: string, options?: object): Client;
  readonly storage: {
    botMessages: { messageId: number; message: { chat_id: string; text: string } }[];
  };
}

const TOKEN = '4242:telegram-token-of-a-test';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

it('receives, sends and edits by telegram-test-api, which knows nothing of this adapter', async () => {
  const bins = await installed({ name: 'telegram-test-api', version: '4.2.1' });
  const require = createRequire(join(bins, '../telegram-test-api/lib/index.js'));
  const Theirs = require(join(bins, '../telegram-test-api/lib/index.js')) as
    | (new (
        config: object,
      ) => Server)
    | { default: new (config: object) => Server };
  const Made = 'default' in Theirs ? Theirs.default : Theirs;
  const port = await freePort();
  const server = new Made({ port, host: '127.0.0.1' });
  await server.start();
  onTestFinished(async () => void (await server.stop()));
  const client = server.getClient(TOKEN, {
    userId: 11,
    chatId: 11,
    type: 'private',
    timeout: 5_000,
  });

  const host = new FakeHost();
  const platform = telegram(`http://127.0.0.1:${port}`, { options: { poll_timeout: 0 } });
  await platform.start(host);
  await eventually('live', () => platform.liveness().state === 'live');
  await client.sendMessage(client.makeMessage('hello'));
  await client.sendCommand(client.makeCommand('/help'));
  await eventually('both came', () => host.texts.length === 2);
  expect(host.texts).toEqual(['hello', '/help']);
  expect(host.store.messages[0]?.sender.id).toBe('11');

  const address = host.store.messages[0]!.address;
  const signal = new AbortController().signal;
  const sent = await platform.send(outbound({ address, text: 'a **bold** reply' }), signal);
  expect(sent.ok).toBe(true);
  const [kept] = server.storage.botMessages;
  expect(kept?.message).toMatchObject({ chat_id: '11', text: 'a <b>bold</b> reply' });
  const platformId = sent.ok ? (sent.platformId as string) : '';
  expect(platformId).toBe(String(kept?.messageId));
  const edited = outbound({ address, text: 'edited', platformId, turn: 't' });
  expect(await platform.send(edited, signal)).toEqual({ ok: true, platformId });
  expect(server.storage.botMessages[0]?.message.text).toBe('edited');
  expect(server.storage.botMessages).toHaveLength(1);
});
