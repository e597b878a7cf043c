import { describe, expect, it } from 'vitest';
import { eventually } from '../../harness/eventually.ts';
import { exchange, open, request, statusOf } from './rawHttp.ts';
import { serve } from './serve.ts';

const CHAT = '/v1/chat/completions';
const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
const say = (content: unknown) => JSON.stringify({ messages: [{ role: 'user', content }] });

describe('a bad body', () => {
  const table: [string, string | Uint8Array, Record<string, string>, number, string][] = [
    ['not JSON at all', 'hello', {}, 400, 'malformed_json'],
    ['cut-off JSON', '{"messages":[', {}, 400, 'malformed_json'],
    ['empty', '', {}, 400, 'empty'],
    ['only blanks', '  \n ', {}, 400, 'empty'],
    ['another content type', say('x'), { 'content-type': 'text/plain' }, 415, 'not_json'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'not_json'],
    ['a compressed one', say('x'), { 'content-encoding': 'gzip' }, 415, 'encoded'],
    ['deep nesting', `{"messages":${deep}}`, {}, 400, 'too_deep'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), {}, 400, 'not_utf8'],
    ['no messages', '{}', {}, 400, 'invalid_request'],
    ['an empty list of messages', '{"messages":[]}', {}, 400, 'invalid_request'],
    ['no object', '[1,2]', {}, 400, 'invalid_request'],
    ['null', 'null', {}, 400, 'invalid_request'],
    ['messages of another kind', '{"messages":"hi"}', {}, 400, 'invalid_request'],
    ['an unknown role', '{"messages":[{"role":"king","content":"x"}]}', {}, 400, 'invalid_request'],
    ['an empty message', say(''), {}, 400, 'invalid_request'],
    ['a blank message', say('  \n'), {}, 400, 'invalid_request'],
    [
      'nothing after the assistant',
      '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}',
      {},
      400,
      'invalid_request',
    ],
    ['a NUL character', say('a\u0000b'), {}, 400, 'invalid_request'],
    [
      'half a character',
      `{"messages":[{"role":"user","content":"\\ud800"}]}`,
      {},
      400,
      'invalid_request',
    ],
    [
      'two answers at once',
      '{"n":2,"messages":[{"role":"user","content":"x"}]}',
      {},
      400,
      'invalid_request',
    ],
    [
      'a picture that is none',
      say([{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }]),
      {},
      400,
      'invalid_request',
    ],
    [
      'an unknown part',
      say([{ type: 'input_audio', input_audio: {} }]),
      {},
      400,
      'invalid_request',
    ],
    [
      'an unknown model',
      '{"model":"gpt-none","messages":[{"role":"user","content":"x"}]}',
      {},
      404,
      'model_not_found',
    ],
    ['a bad session id', say('x'), { 'x-session-id': 'a b' }, 400, 'invalid_session'],
    [
      'too long an idempotency key',
      say('x'),
      { 'idempotency-key': 'k'.repeat(300) },
      400,
      'invalid_idempotency_key',
    ],
    ['5 MiB', say('x'.repeat(5 << 20)), {}, 413, 'too_large'],
  ];

  it.each(table)(
    '%s is told what is wrong, and nothing is kept',
    async (_, body, headers, status, code) => {
      const { host, base } = await serve();
      const response = await fetch(base + CHAT, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : Buffer.from(body),
      });
      expect(response.status).toBe(status);
      const { error } = (await response.json()) as { error: Record<string, unknown> };
      expect(error).toMatchObject({ code, message: expect.any(String), type: expect.any(String) });
      expect(host.messages).toHaveLength(0);
    },
  );

  it('of 1 MiB is answered whole, control characters and all', async () => {
    const { host, base } = await serve();
    const text = `\u0007${'ä'.repeat(1 << 19)}\u001b[31m`;
    const response = await fetch(base + CHAT, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: say(text),
    });
    expect(response.status).toBe(200);
    expect(host.messages[0]?.inbound.text).toBe(text);
  });

  it('that never ends in a chunked request is cut off at the limit', async () => {
    const { port } = await serve({ limits: { maxBody: 10_000 } });
    const head = `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    const answer = await exchange(port, `${head}5000\r\n${'x'.repeat(0x5000)}\r\n`);
    expect(statusOf(answer)).toBe(413);
  });
});

describe('a request from elsewhere', () => {
  it('with a foreign Host gets nothing, whatever it asks for', async () => {
    const { host, port } = await serve();
    for (const path of ['/', '/healthz', '/v1/models', '/api/snapshot', '/api/events']) {
      expect(statusOf(await exchange(port, request('GET', path, { host: 'evil.example' })))).toBe(
        421,
      );
    }
    expect(
      statusOf(await exchange(port, request('POST', CHAT, { host: 'evil.example' }, say('x')))),
    ).toBe(421);
    expect(host.messages).toHaveLength(0);
  });

  it('with a foreign Origin gets nothing and changes nothing', async () => {
    const { host, port } = await serve();
    const origin = 'http://evil.example';
    for (const [method, path] of [
      ['POST', CHAT],
      ['POST', '/api/messages'],
      ['POST', '/api/restart'],
      ['DELETE', '/api/drain'],
      ['OPTIONS', CHAT],
    ] as const) {
      expect(statusOf(await exchange(port, request(method, path, { origin }, '{}')))).toBe(403);
    }
    expect(host.messages).toHaveLength(0);
    expect(host.operations.asked).toEqual([]);
  });

  it('for a socket is judged as every other one, and none is opened', async () => {
    const { port } = await serve();
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    for (const [path, headers, status] of [
      ['/api/events', { origin: 'http://evil.example' }, 403],
      ['/api/status', { host: 'evil.example' }, 421],
      ['/nothing', {}, 404],
    ] as const) {
      const socket = open(port);
      const answered = new Promise<string>((done) => socket.once('data', (d) => done(String(d))));
      socket.write(request('GET', path, { ...upgrade, ...headers }));
      expect(statusOf(await answered)).toBe(status);
    }
  });

  it('by another address in the request line, or in a browser that names no origin, is refused', async () => {
    const { host, port } = await serve();
    const absolute =
      'GET http://evil.example/healthz HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n';
    expect(statusOf(await exchange(port, absolute))).toBe(421);
    const site = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect(statusOf(await exchange(port, request('POST', CHAT, site, say('x'))))).toBe(403);
    expect(
      statusOf(await exchange(port, request('POST', CHAT, { origin: 'null' }, say('x')))),
    ).toBe(403);
    expect(host.messages).toHaveLength(0);
  });

  it('of an allowed origin is answered with its CORS headers', async () => {
    const { base } = await serve({ allowedOrigins: ['https://chat.example.org'] });
    const origin = 'https://chat.example.org';
    const preflight = await fetch(base + CHAT, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      origin,
    ]);
    const models = await fetch(`${base}/v1/models`, { headers: { origin } });
    expect([models.status, models.headers.get('access-control-allow-origin')]).toEqual([
      200,
      origin,
    ]);
  });
});

describe('a path or method that is not there', () => {
  it.each([
    ['GET', '/nothing'],
    ['GET', '/v1/chat/completions'],
    ['GET', '/index.html'],
    ['GET', '/console/../../package.json'],
    ['GET', '/console/%2e%2e/%2e%2e/package.json'],
    ['GET', '/vendor/'],
    ['GET', '/metrics'],
    ['DELETE', '/v1/models'],
    ['GET', '/%00'],
    ['GET', '//evil.example/'],
  ])('%s %s is 404 in JSON, never a page', async (method, path) => {
    const { port } = await serve();
    const answer = await exchange(port, request(method, path));
    expect(statusOf(answer)).toBe(404);
    expect(answer).toContain('application/json');
    expect(answer).not.toContain('<html');
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', 400],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      400,
    ],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['no Host', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
  ])('%s is refused and the connection ended', async (_, bytes, status) => {
    const { port } = await serve();
    expect(statusOf(await exchange(port, bytes))).toBe(status);
  });
});

describe('a slow or greedy client', () => {
  const limits = { headerTimeoutMs: 200, requestTimeoutMs: 400 };

  it('that dribbles its headers is ended, and others are served meanwhile', async () => {
    const { port, base } = await serve({ limits });
    const slow = exchange(port, 'GET / HTTP/1.1\r\nhost: localhost\r\nx-a: ');
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect(statusOf(await slow)).toBe(408);
  });

  it('that dribbles its body is ended', async () => {
    const { port } = await serve({ limits });
    const head = `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;
    expect([400, 408]).toContain(statusOf(await exchange(port, head)));
  });

  it('that says nothing at all is ended', async () => {
    const { port } = await serve({ limits });
    expect(await exchange(port, '')).toMatch(/^$|408/);
  });

  it('that opens many connections gets as many as are allowed, and the process lives', async () => {
    const { port, base } = await serve({ limits: { maxConnections: 20 } });
    let closed = 0;
    for (let i = 0; i < 300; i++) open(port).on('close', () => closed++);
    await eventually('the others are closed', () => closed >= 280);
    expect(closed).toBeLessThanOrEqual(300);
    await expect(fetch(`${base}/healthz`)).rejects.toThrow();
  });

  it('that asks too often is told when to come back', async () => {
    const { base } = await serve({ limits: { rate: 5 } });
    const answers = await Promise.all(Array.from({ length: 30 }, () => fetch(`${base}/healthz`)));
    const refused = answers.filter((r) => r.status === 429);
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
  });
});
