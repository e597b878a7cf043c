import { describe, expect, it } from 'vitest';
import { hostName, isLoopback, judge } from '../../../gateway/platforms/web/http/guard.ts';

const local = { host: '127.0.0.1', allowedHosts: [], allowedOrigins: [] };

describe('the Host of a request', () => {
  it.each(['127.0.0.1:7290', 'localhost:7290', 'LOCALHOST', '[::1]:7290', 'localhost.:7290'])(
    'lets %s in on loopback',
    (host) => {
      expect(judge({ host }, local).ok).toBe(true);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    'a b',
    '',
    '[::1',
    'localhost:99999999',
    '127.0.0.1@evil.example',
  ])('does not let "%s" in on loopback', (host) => {
    expect(judge({ host }, local)).toMatchObject({ ok: false, status: 421 });
  });

  it('does not let a request without one in', () => {
    expect(judge({}, local).ok).toBe(false);
  });

  it('lets configured names in, and addresses where it listens to others', () => {
    const open = { host: '0.0.0.0', allowedHosts: ['chat.example.org'], allowedOrigins: [] };
    expect(judge({ host: 'chat.example.org' }, open).ok).toBe(true);
    expect(judge({ host: '192.168.1.20:7290' }, open).ok).toBe(true);
    expect(judge({ host: 'other.example.org' }, open).ok).toBe(false);
  });
});

describe('the Origin of a request', () => {
  it.each([
    'http://evil.example',
    'null',
    'http://localhost:8080',
    'https://localhost',
    'file://',
    'http://localhost:7290.evil.example',
  ])('does not let %s in', (origin) => {
    expect(judge({ host: 'localhost:7290', origin }, local)).toMatchObject({
      ok: false,
      status: 403,
    });
  });

  it('lets the page itself in, also behind a proxy that ends TLS', () => {
    expect(judge({ host: 'localhost:7290', origin: 'http://localhost:7290' }, local)).toEqual({
      ok: true,
    });
    expect(judge({ host: 'localhost', origin: 'https://localhost' }, local)).toEqual({ ok: true });
  });

  it('lets a configured one in and says so for CORS', () => {
    const options = { ...local, allowedOrigins: ['https://chat.example.org'] };
    expect(judge({ host: 'localhost', origin: 'https://chat.example.org' }, options)).toEqual({
      ok: true,
      cors: 'https://chat.example.org',
    });
  });

  it('is not needed to see that another site asks', () => {
    expect(judge({ host: 'localhost', site: 'cross-site', mode: 'no-cors' }, local).ok).toBe(false);
    expect(judge({ host: 'localhost', site: 'cross-site', mode: 'navigate' }, local).ok).toBe(true);
  });
});

describe('a host name', () => {
  it('is read with and without port and brackets', () => {
    expect(['a.b:1', '[::1]:80', 'A'].map(hostName)).toEqual(['a.b', '::1', 'a']);
  });

  it('is loopback for the whole of 127/8 and nothing else', () => {
    expect(['127.9.9.9', 'localhost', '::1', '[::1]'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['0.0.0.0', '::', '127.example.org', '192.168.0.1'].map(isLoopback)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
