import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sign } from '../../../gateway/platforms/webhook/signature.ts';
import {
  type Asked,
  type Delivered,
  judge,
  NOTICES,
  repeatedNotices,
} from '../../fakes/shared/judge.ts';
import { startDaemon } from '../../harness/daemon.ts';

const SECRET = 'a secret of a test, long enough';
const SPOTLESS = { lost: 0, duplicated: 0, reordered: 0, unexpected: 0, unknown: 0, marked: 0 };

/** A receiver that heeds the Idempotency-Key, as the documentation asks of one: the judge of replies. */
async function receiver() {
  const delivered: Delivered[] = [];
  const strange: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const at = Number(request.headers['sluice-timestamp']);
      if (request.headers['sluice-signature'] !== sign(SECRET, at, body)) strange.push('signature');
      const id = String(request.headers['idempotency-key']);
      const { chat, text } = JSON.parse(body) as { chat: string; text: string };
      if (!delivered.some((d) => d.id === id)) delivered.push({ id, chat, text });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ledger: { delivered, strange },
  };
}

async function running(env: Record<string, string> = {}) {
  const { url, ledger } = await receiver();
  const daemon = await startDaemon({
    env: { HOOK_SECRET: SECRET, SLUICE_BUSY_INPUT_MODE: 'queue', ...env },
    config: `platforms:
  webhook:
    name: hook
    secret_env: HOOK_SECRET
    reply_url: ${url}
    reply_idempotent: true
`,
  });
  const asked: Asked[] = [];
  /** Sends as a careful caller does: the same id again until it is taken. */
  const say = async (chat: string) => {
    const mark = `mark-${asked.length}.`;
    const body = JSON.stringify({ id: mark, chat, text: `/say ${mark}` });
    asked.push({ chat, mark });
    await daemon.until('takes the message', async () => {
      const at = Math.floor(Date.now() / 1000);
      const response = await fetch(`http://127.0.0.1:${daemon.port}/webhooks/hook`, {
        method: 'POST',
        body,
        headers: { 'sluice-timestamp': String(at), 'sluice-signature': sign(SECRET, at, body) },
        signal: AbortSignal.timeout(5_000),
      }).catch(() => undefined);
      await response?.text();
      return response?.ok === true;
    });
  };
  const answered = async () => {
    await daemon.until('answers everything', () => judge(asked, ledger).lost === 0, 40_000);
    await daemon.untilStatus('is at rest', (s) => s.activeTurns === 0 && s.queued === 0);
    return judge(asked, ledger, NOTICES);
  };
  return { daemon, ledger, say, answered };
}

describe('the gateway behind a webhook', () => {
  it('R18 and R24 hand over under load: each message is taken, each reply delivered once', async () => {
    const { daemon, ledger, say, answered } = await running();
    const before = (await daemon.status()).instance;
    let talking = true;
    const talk = (async () => {
      for (let i = 0; talking; i++) await say(`chat-${i % 3}`);
    })();
    await daemon.client.restart({ by: 'test' });
    await daemon.untilStatus('is another', (s) => s.instance !== before && s.ready, 40_000);
    talking = false;
    await talk;
    expect(await answered()).toEqual(SPOTLESS);
    // R18: whatever is said of the restart is said once in a chat.
    expect(repeatedNotices(ledger)).toEqual([]);
  }, 90_000);

  it.each(['message-committed:3', 'turn-ended:3', 'after-send:3'])(
    'R01, R02 and R05 hold when the gateway is killed at %s',
    async (point) => {
      const { daemon, say, answered } = await running({
        SLUICE_CRASH_AT: `${point}@1`,
      });
      for (let i = 0; i < 12; i++) await say(`chat-${i % 3}`);
      expect(await answered()).toEqual(SPOTLESS);
      expect((await daemon.status()).generation).toBeGreaterThan(1);
    },
    90_000,
  );
});
