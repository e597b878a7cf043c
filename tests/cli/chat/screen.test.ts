import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { columns, rowsOf } from '../../../gateway/cli/actions/chat/columns.ts';
import { History } from '../../../gateway/cli/actions/chat/history.ts';
import { Interrupts } from '../../../gateway/cli/actions/chat/interrupts.ts';
import { Screen, type Terminal } from '../../../gateway/cli/actions/chat/screen.ts';
import { eventually } from '../../harness/eventually.ts';
import { tempDir } from '../../harness/temp.ts';
import { fakeTerminal } from './terminal.ts';

function screen(history: string[] = []) {
  const terminal = fakeTerminal(40);
  const typed: string[] = [];
  const made = new Screen(terminal as unknown as Terminal, history, {
    typed: (text) => {
      typed.push(text);
      made.line(text, 'you');
    },
    interrupt() {},
    leave() {},
    complete: (line) => ['/status', '/stop'].filter((word) => word.startsWith(line)),
  });
  onTestFinished(() => made.close());
  return { made, typed, ...terminal };
}

describe('the screen of a chat', () => {
  it('keeps what is being typed below a reply that grows', async () => {
    const { made, press, shows, screen: rows } = screen();
    press('half a thought');
    made.status('working');
    made.more('A reply that is longer than the forty columns of this terminal,');
    made.more(' and then some.\nIts second line');
    await shows('Its second line');
    await shows('› half a thought');
    expect(rows()).toEqual([
      'A reply that is longer than the forty',
      'columns of this terminal, and then',
      'some.',
      'Its second line',
      'working',
      '› half a thought',
    ]);
    made.endReply();
    made.status('');
    await eventually('the status is gone', () => !rows().includes('working'));
    expect(rows().slice(-2)).toEqual(['Its second line', '› half a thought']);
  });

  it('puts a typed line where it belongs, also one that takes several rows', async () => {
    const { typed, type, shows, screen: rows } = screen();
    const long = 'a line that is much longer than forty columns are wide';
    type(long);
    await eventually('it is typed', () => typed.length === 1);
    await shows('columns are wide');
    expect(rows().filter((row) => row.startsWith('› a line'))).toHaveLength(1);
  });

  it('takes lines that were pasted together as one message', async () => {
    const { typed, press } = screen();
    press('first\rsecond\rthird\r');
    await eventually('it is typed', () => typed.length > 0);
    expect(typed).toEqual(['first\nsecond\nthird']);
  });

  it('completes commands, and remembers earlier lines', async () => {
    const { typed, press, type } = screen(['the last', 'the one before']);
    press('/stat\t');
    type('');
    await eventually('the command', () => typed.length === 1);
    press('\x1b[A\x1b[A\x1b[A');
    type('');
    await eventually('the line', () => typed.length === 2);
    expect(typed).toEqual(['/status', 'the one before']);
  });

  it('lets no text of others move the cursor', async () => {
    const { made, shows, screen: rows } = screen();
    made.line('\x1b[2J\x1b[Hgone?\x07', 'reply');
    await shows('gone?');
    expect(rows().join('')).toContain('[2J');
  });

  it('measures wide letters and cuts at spaces', () => {
    expect(columns('日本🎉e\u0301')).toBe(7);
    expect(rowsOf('one two three', 8)).toEqual(['one two', 'three']);
    expect(rowsOf('日本語日本語', 5)).toEqual(['日本', '語日', '本語']);
  });

  it('ends the turn by one Ctrl-C and leaves by a second that comes soon', () => {
    const interrupts = new Interrupts();
    expect(interrupts.press(0, { empty: false, running: true })).toBe('clear');
    expect(interrupts.press(10, { empty: true, running: true })).toBe('stop-turn');
    expect(interrupts.press(5_000, { empty: true, running: false })).toBe('hint');
    expect(interrupts.press(6_000, { empty: true, running: false })).toBe('leave');
  });

  it('keeps what was typed for its owner only, and works without a place for it', () => {
    const home = tempDir();
    const history = new History(home);
    history.add('one');
    history.add('two\nlines');
    expect(new History(home).load()).toEqual(['two lines', 'one']);
    expect(statSync(join(home, 'chat_history')).mode & 0o777).toBe(0o600);
    const nowhere = new History(join(home, 'missing'));
    nowhere.add('lost');
    expect(nowhere.load()).toEqual([]);
  });
});
