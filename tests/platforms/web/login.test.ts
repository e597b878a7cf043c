import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../gateway/core/exit.ts';
import { Login } from '../../../gateway/platforms/web/http/login.ts';
import { createWebPlatform } from '../../../gateway/platforms/web/webPlatform.ts';
import { serve } from './serve.ts';

const token = 'correct-horse-battery';

async function logIn(base: string, given: string) {
  return fetch(`${base}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify({ token: given }),
  });
}

describe('a gateway with a token', () => {
  it('answers nobody without it, except that it lives, and the empty page', async () => {
    const { base } = await serve({
      token,
      metrics: async () => ({ type: 'text/plain', body: 'x' }),
    });
    for (const path of ['/v1/models', '/api/snapshot', '/api/events', '/metrics', '/api/status']) {
      expect([path, (await fetch(base + path)).status]).toEqual([path, 401]);
    }
    for (const path of ['/healthz', '/readyz', '/', '/console/app.js', '/api/login']) {
      expect([path, (await fetch(base + path)).status]).toEqual([path, 200]);
    }
  });

  it('answers who carries it as a bearer', async () => {
    const { base } = await serve({ token });
    const ask = (authorization: string) =>
      fetch(`${base}/v1/models`, { headers: { authorization } });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    for (const wrong of [
      'Bearer x',
      `Bearer ${token}x`,
      `Basic ${token}`,
      'Bearer',
      `Bearer ${token} x`,
    ]) {
      expect((await ask(wrong)).status).toBe(401);
    }
  });

  it('never takes the token from the address', async () => {
    const { base } = await serve({ token });
    expect((await fetch(`${base}/v1/models?token=${token}`)).status).toBe(401);
  });

  it('logs the page in by a cookie that scripts and other sites cannot use, and that is not the token', async () => {
    const { base } = await serve({ token });
    const response = await logIn(base, token);
    const cookie = response.headers.get('set-cookie') as string;
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict; Path=\//);
    expect(cookie).not.toContain(token);
    const value = cookie.split(';')[0] as string;
    expect((await fetch(`${base}/api/status`, { headers: { cookie: value } })).status).toBe(200);
    const last = value.at(-1) === '0' ? '1' : '0';
    expect(
      (await fetch(`${base}/api/status`, { headers: { cookie: value.slice(0, -1) + last } }))
        .status,
    ).toBe(401);
  });

  it('refuses a wrong token, and soon refuses to try more', async () => {
    const { base } = await serve({ token });
    const answers = [];
    for (let i = 0; i < 14; i++) answers.push((await logIn(base, `guess-${i}`)).status);
    expect(answers.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(answers.at(-1)).toBe(429);
  });

  it('R23 keeps a login over a restart, and ends it when the token changes or its time is over', () => {
    let now = 1_000_000;
    const cookie = new Login(token, () => now).cookie(true).split(';')[0] as string;
    expect(new Login(token, () => now).allows({ cookie })).toBe(true);
    expect(new Login('another', () => now).allows({ cookie })).toBe(false);
    now += 31 * 86_400_000;
    expect(new Login(token, () => now).allows({ cookie })).toBe(false);
  });
});

describe('an address that others can reach', () => {
  it.each(['0.0.0.0', '::', '192.168.1.5'])('needs a token: %s', (host) => {
    const make = (more: object) => createWebPlatform({ listen: { host, port: 0 }, host, ...more });
    expect(() => make({})).toThrow(ConfigError);
    expect(() => make({ token })).not.toThrow();
  });
});

describe('every answer', () => {
  it('forbids scripts and frames that are not the page’s own', async () => {
    const { base } = await serve();
    for (const path of ['/', '/healthz', '/nothing', '/v1/models']) {
      const { headers } = await fetch(base + path);
      const csp = headers.get('content-security-policy') as string;
      expect(csp).toContain("default-src 'none'");
      expect(csp).toContain("frame-ancestors 'none'");
      expect(csp).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});
