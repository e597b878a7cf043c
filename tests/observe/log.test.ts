import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions, logMessageEvent } from '../../gateway/observe/log.ts';
import { Secrets } from '../../gateway/observe/secrets.ts';

function capture(options: Partial<LogOptions> & { isTTY?: boolean } = {}) {
  const { isTTY = false, ...rest } = options;
  const written: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'auto',
    out: { isTTY, write: (text) => written.push(text) },
    ...rest,
  });
  return { log, text: () => written.join(''), lines: () => written.map((l) => JSON.parse(l)) };
}

describe('the log', () => {
  it('is JSON where nobody looks, one object a line, with level, time and message', () => {
    const { log, lines } = capture({ base: { instance: 'i-1' } });
    log.info({ lane: 'l' }, 'hello\nthere');
    log.debug({}, 'not this');
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        instance: 'i-1',
        lane: 'l',
        msg: 'hello\nthere',
      },
    ]);
  });

  it('is readable on a terminal, with colours only there', () => {
    const terminal = capture({ isTTY: true });
    terminal.log.info({ lane: 'l' }, 'hello');
    expect(terminal.text()).toContain('hello');
    expect(terminal.text()).toContain('\u001b[');
    const file = capture({ format: 'pretty' });
    file.log.info({ lane: 'l' }, 'hello');
    expect(file.text()).toMatch(/^\[?\d\d:\d\d:\d\d\.\d{3}\]? INFO.*hello.*"lane":"l".*\n$/);
    expect(file.text()).not.toContain('\u001b[');
    const json = capture({ isTTY: true, format: 'json' });
    json.log.info({}, 'hello');
    expect(json.lines()).toMatchObject([{ msg: 'hello' }]);
  });

  it('does not load pino-pretty where lines are JSON', () => {
    const script = `
      const { createLog } = await import(${JSON.stringify(new URL('../../gateway/observe/log.ts', import.meta.url).href)});
      createLog({ level: 'info', format: process.argv[1] }).info({}, 'x');
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(import.meta.url).cache).some((f) => f.includes('pino-pretty'));
      process.stdout.write(String(loaded));`;
    const loaded = (format: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, format], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 20_000,
      });
    expect(loaded('json')).toBe('false');
    expect(loaded('pretty')).toBe('true');
  });

  it('writes errors with their cause', () => {
    const { log, lines } = capture();
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(lines()[0].err).toMatchObject({ message: expect.stringContaining('inner') });
  });

  it('writes one line for each event of a message, found by its id', () => {
    const { log, lines } = capture();
    logMessageEvent(log, { message: 'm-1', name: 'accepted', at: 1 });
    logMessageEvent(log, { message: 'm-2', name: 'accepted', at: 1 });
    logMessageEvent(log, { message: 'm-1', name: 'dead', at: 2, detail: { attempts: 3 } });
    expect(lines().filter((l) => l.message === 'm-1')).toMatchObject([
      { level: 'info', event: 'accepted' },
      { level: 'warn', event: 'dead', detail: { attempts: 3 } },
    ]);
  });
});

describe('secrets in the log', () => {
  it('are masked by the name of their field', () => {
    const { log, text } = capture();
    log.info({ token: 'abcdef', config: { web: { api_key: 'ghijkl' } } }, 'x');
    expect(text()).not.toMatch(/abcdef|ghijkl/);
  });

  it('are masked wherever a registered value stands, readable lines included', () => {
    for (const format of ['json', 'pretty'] as const) {
      const secrets = new Secrets();
      const value = '12345:AB"c/d+e';
      const { log, text } = capture({ secrets, format });
      secrets.add(value);
      secrets.add(undefined);
      log.info(
        {
          url: `https://api.example.org/bot${encodeURIComponent(value)}/send`,
          deep: [{ a: value }],
        },
        `with ${value}`,
      );
      log.error({ err: new Error(`request to ${value} failed`) }, 'failed');
      expect(text()).toContain('***');
      expect(text()).not.toMatch(/12345:AB|12345%3AAB/);
    }
  });

  it('tear no ordinary words apart', () => {
    const secrets = new Secrets();
    secrets.add('a');
    secrets.add('');
    secrets.add('(x+)+');
    expect(secrets.mask('banana (x+)+')).toBe('banana ***');
  });
});
