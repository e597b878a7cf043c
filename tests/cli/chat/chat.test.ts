import { PassThrough } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chat } from '../../../gateway/cli/actions/chat/chat.ts';
import { startDaemon } from '../../harness/daemon.ts';
import { eventually } from '../../harness/eventually.ts';
import { tempDir } from '../../harness/temp.ts';
import { sluice, start } from '../sluice.ts';
import { fakeTerminal } from './terminal.ts';

describe('sluice chat', () => {
  it('R14 R19 R23 talks, queues, interrupts, and goes on over a restart and a kill', async () => {
    const daemon = await startDaemon({ env: { SLUICE_BUSY_INPUT_MODE: 'queue' } });
    const terminal = fakeTerminal();
    const { input: stdin, output: stdout } = terminal;
    const over = chat({
      home: daemon.home,
      session: 'shell',
      stdin,
      stdout,
      stderr: new PassThrough(),
    });
    await terminal.shows('/help shows commands');
    terminal.type('hello');
    await terminal.shows('only repeats: “hello”');

    terminal.type('/busy 30');
    await terminal.shows('working: Working, second 1 of 30');
    terminal.type('/say behind it');
    await terminal.shows('1 waiting');
    terminal.press('\x03');
    await terminal.shows('(stopped here)');
    await terminal.shows('\nbehind it');

    terminal.type('/ask Shall I?');
    await terminal.shows('1. Yes');
    await terminal.shows('a number answers');
    terminal.type('1');
    await terminal.shows('You chose: Yes.');

    terminal.type('/busy 2');
    await terminal.shows('second 1 of 2');
    await daemon.client.restart({ by: 'test' });
    await terminal.shows('(the gateway restarted; the conversation goes on)');
    await terminal.shows(' 2. Done.');

    terminal.type('/busy 3');
    await terminal.shows('second 2 of 3');
    await daemon.killGeneration();
    terminal.type('/say after all');
    await terminal.shows('\nafter all');
    await terminal.shows('Going on after an interruption, attempt 2');
    await eventually('nothing runs', () => !terminal.screen().some((row) => /^working/.test(row)));
    // More than two seconds after the first Ctrl-C.

    terminal.press('\x03');
    await terminal.shows('(Ctrl-C again leaves');
    terminal.press('\x03');
    await over;

    // In a pipe, in a process of its own: each line is a message, and only replies are printed.
    const piped = await sluice(['chat', '--session', 'pipe'], {
      home: daemon.home,
      input: '/say one\n\n/say two\n',
    });
    expect(piped).toEqual({ code: 0, out: 'one\ntwo\n', err: '' });
  }, 60_000);

  it('sends what was typed while no gateway answered, once one does', async () => {
    const daemon = await startDaemon();
    const terminal = fakeTerminal();
    const { input: stdin, output: stdout } = terminal;
    const over = chat({
      home: daemon.home,
      session: 's',
      stdin,
      stdout,
      stderr: new PassThrough(),
    });
    onTestFinished(() => void terminal.press('\x04'));
    await terminal.shows('/help shows commands');
    await daemon.stop();
    await terminal.shows('reconnecting');
    terminal.type('/say anyone?');
    await terminal.shows('› /say anyone?');
    const { dir, home } = daemon;
    await startDaemon({ dir, home });
    await terminal.shows('\nanyone?');
    terminal.type('/quit');
    await over;
  }, 60_000);

  it('says that nothing runs, and how to start it', async () => {
    const ran = start(['chat'], { home: tempDir() });
    expect(await ran.ended).toMatchObject({
      code: 1,
      err: expect.stringContaining('start one with `sluice run`'),
    });
  });
});
