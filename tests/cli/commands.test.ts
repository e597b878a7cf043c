import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FakeOperations, fakeStatus } from '../control/fakeOperations.ts';
import { serve } from '../control/serve.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { sluice } from './sluice.ts';

describe('sluice stop and drain', () => {
  it('stop waits until nobody answers', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    const { server } = await serve(home, operations);
    operations.onStop = () => void setTimeout(() => server.close(), 50);
    const { code, out } = await sluice(['stop', '--force'], { home });
    expect(code).toBe(0);
    expect(out).toMatch(/^Stopped after /);
    expect(operations.asked).toEqual([['stop', { by: 'cli', force: true }]]);
  });

  it('stop says so where it still runs', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    operations.current = fakeStatus({ state: 'draining', activeTurns: 2 });
    await serve(home, operations);
    const { code, err } = await sluice(['stop', '--timeout', '0.2'], { home });
    expect(code).toBe(1);
    expect(err).toMatch(/still runs .*draining, 2 turns running.*--force/);
  });

  it('R07 drain takes a deadline, and can be cancelled', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    expect((await sluice(['drain', '--deadline', '90'], { home })).out).toMatch(/^Draining: open/);
    expect((await sluice(['drain', '--cancel'], { home })).out).toMatch(/^Drain ended: cancelled/);
    expect(operations.asked).toEqual([
      ['drain', { by: 'cli', deadlineMs: 90_000 }],
      ['cancelDrain'],
    ]);
    const wrong = await sluice(['drain', '--deadline', 'soon'], { home });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('Expected a number above 0');
  });
});

describe('sluice send', () => {
  it('prints the reply, from words or from standard input', async () => {
    const home = tempDir();
    await serve(home, new FakeOperations());
    expect(await sluice(['send', 'Hello', 'there'], { home })).toEqual({
      code: 0,
      out: 'You said: Hello there\n',
      err: '',
    });
    const piped = await sluice(['send', '-'], { home, input: 'from a pipe' });
    expect(piped.out).toBe('You said: from a pipe\n');
    const json = await sluice(['send', '--json', 'Hi'], { home });
    expect(JSON.parse(json.out)).toMatchObject({ outcome: 'answered', text: 'You said: Hi' });
  });

  it('asks the next instance under the same id where the first leaves before the outcome', async () => {
    const home = tempDir();
    const ids: string[] = [];
    const received = {
      accepted: true,
      lane: 'l',
      session: 's',
      duplicate: false,
      ahead: 0,
    } as const;
    const first = await serve(home, new FakeOperations(), {
      send: async ({ id }) => {
        ids.push(id);
        return { received: { ...received, id: 'm-1' }, settled: new Promise(() => {}) };
      },
    });
    const sending = sluice(['send', 'Hello'], { home });
    await eventually('it was accepted', () => ids.length === 1, 20_000);
    await first.server.close();
    await serve(home, new FakeOperations(), {
      send: async ({ id }) => {
        ids.push(id);
        const settled = { message: 'm-1', outcome: 'answered' as const, text: 'Once.' };
        return {
          received: { ...received, id: 'm-1', duplicate: true },
          settled: Promise.resolve(settled),
        };
      },
    });
    expect(await sending).toMatchObject({ code: 0, out: 'Once.\n' });
    expect(new Set(ids).size).toBe(1);
  });

  it('exits 1 where there is no good answer, and says which way to look', async () => {
    const home = tempDir();
    await serve(home, new FakeOperations(), {
      send: async () => ({
        received: {
          accepted: true,
          id: 'm-1',
          lane: 'l',
          session: 's',
          duplicate: false,
          ahead: 0,
        },
        settled: Promise.resolve({ message: 'm-1', outcome: 'dead', text: '', error: 'it failed' }),
      }),
    });
    const { code, err } = await sluice(['send', 'Hello'], { home });
    expect(code).toBe(1);
    expect(err).toBe('sluice: the message was dead: it failed (sluice trace m-1)\n');
  });

  it('says why a message was not accepted', async () => {
    const home = tempDir();
    await serve(home, new FakeOperations(), {
      send: async () => ({ received: { accepted: false, refused: 'full' } }),
    });
    expect(await sluice(['send', 'Hello'], { home })).toMatchObject({
      code: 1,
      err: expect.stringContaining('too many messages wait'),
    });
  });
});

describe('sluice sessions, trace and dead', () => {
  it('lists conversations and prints one, safe for a terminal', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    const list = await sluice(['sessions', '--search', 'x', '--limit', '5'], { home });
    expect(list.out).toMatch(/^s-1 +web +3 messages +.* first \[2J title\n$/);
    const one = await sluice(['sessions', 's-1'], { home });
    expect(one.out).toContain('hello');
    for (const control of ['\u001b', '\u0007']) {
      expect(list.out + one.out).not.toContain(control);
    }
    expect(operations.asked).toEqual([
      ['sessions', { search: 'x', limit: 5 }],
      ['transcript', 's-1', { limit: 20 }],
    ]);
  });

  it('R28 traces a message: its events in order, and its outcome', async () => {
    const home = tempDir();
    await serve(home, new FakeOperations());
    const { out } = await sluice(['trace', 'm-1'], { home });
    expect(out).toMatch(
      /accepted[\s\S]*\+20 ms +started[\s\S]*\+1 s +answered\nOutcome: answered\.\n$/,
    );
    expect(await sluice(['trace', 'm-9'], { home })).toMatchObject({
      code: 1,
      err: 'sluice: there is no message m-9\n',
    });
  });

  it('R30 lists, shows, retries and drops dead letters', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    expect((await sluice(['dead', 'list'], { home })).out).toMatch(
      /^d-1 +message +web .*please answer\n$/,
    );
    expect((await sluice(['dead', 'show', 'd-1'], { home })).out).toContain(
      'reason: the agent failed',
    );
    expect((await sluice(['dead', 'retry', 'd-1'], { home })).code).toBe(0);
    expect((await sluice(['dead', 'drop', 'd-1'], { home })).code).toBe(0);
    expect(operations.asked).toEqual([
      ['retryDead', 'd-1'],
      ['dropDead', 'd-1'],
    ]);
  });
});

describe('sluice config', () => {
  it('check exits 78 and names each mistake; path says which file is read', async () => {
    const home = tempDir();
    expect(await sluice(['config', 'check'], { home })).toMatchObject({
      code: 0,
      out: 'The configuration is right: no file, the embedded defaults.\n',
    });
    const file = join(home, 'sluice.yaml');
    writeFileSync(file, 'agent:\n  restart_drain_timeout: -1\nquue: {}\n');
    const { code, err } = await sluice(['config', 'check'], { home });
    expect(code).toBe(78);
    expect(err).toContain(`${file}:2:3: agent.restart_drain_timeout is -1`);
    expect(err).toContain(`${file}:3:1: unknown key quue; did you mean queue?`);
    expect((await sluice(['config', 'path'], { home })).out).toBe(`${file}\n`);
  });

  it('check --json prints what it comes to', async () => {
    const home = tempDir();
    const env = { SLUICE_BUSY_INPUT_MODE: 'queue' };
    const { out } = await sluice(['config', 'check', '--json'], { home, env });
    expect(JSON.parse(out).display.busy_input_mode).toBe('queue');
  });
});

describe('sluice pair', () => {
  it('lists who waits, lets them in by their code, and takes it back', async () => {
    const home = tempDir();
    const operations = new FakeOperations();
    await serve(home, operations);
    expect((await sluice(['pair'], { home })).out).toMatch(
      /^waits: ABCD2345 +telegram +9 .*Bob\n$/,
    );
    const approved = await sluice(['pair', 'approve', 'ABCD2345'], { home });
    expect(approved.out).toBe('Bob (9 on telegram) may talk now, and was told.\n');
    const wrong = await sluice(['pair', 'approve', 'WRONG'], { home });
    expect(wrong).toMatchObject({ code: 1, err: 'sluice: the code WRONG is not known\n' });
    await sluice(['pair', 'revoke', 'telegram', '9'], { home });
    expect(operations.asked.at(-1)).toEqual([
      'revokePairing',
      { platform: 'telegram', account: 'default', id: '9' },
    ]);
  });
});
