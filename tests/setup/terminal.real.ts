import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { fakeTelegram, TELEGRAM_TOKEN } from '../fakes/telegram/fake.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';

const MAIN = join(import.meta.dirname, '../../bin/sluice.js');

/** A terminal of 100 by 60 in which one program runs; tmux draws what a person would see. */
class Terminal {
  readonly #socket = `sluice-${process.pid}`;

  constructor(dir: string, words: readonly string[]) {
    const env = {
      HOME: dir,
      XDG_CONFIG_HOME: join(dir, '.config'),
      SLUICE_HOME: join(dir, 'home'),
    };
    const set = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    // The pane stays when the program has ended, so that its last words can be read.
    this.#tmux(
      'new-session',
      '-d',
      '-x',
      '100',
      '-y',
      '60',
      '-c',
      dir,
      ...set,
      ...words,
      ';',
      'set',
      'remain-on-exit',
      'on',
    );
    onTestFinished(() => void this.#tmux('kill-server'));
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-200');
  }

  /** Waits until the last question is this one, then types. */
  async answer(question: string, ...keys: readonly string[]): Promise<void> {
    const asked = () => {
      const screen = this.screen();
      // The open question has a filled mark before it.
      const open = screen.slice(screen.lastIndexOf('◆'));
      return screen.includes('◆') && open.includes(question);
    };
    await eventually(`it asks: ${question}\n${this.screen()}`, asked, 30_000);
    this.#tmux('send-keys', ...keys);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {
      encoding: 'utf8',
      timeout: 20_000,
    });
  }
}

it('sluice init asks on a terminal, tries the token, shows what it writes, and writes that', async () => {
  const telegram = await fakeTelegram();
  const dir = tempDir();
  const file = join(dir, 'sluice.yaml');
  writeFileSync(file, `# mine\nplatforms:\n  telegram:\n    api_root: ${telegram.url}\n`);
  const terminal = new Terminal(dir, [process.execPath, MAIN, '--config', file, 'init']);
  await terminal.answer('Who answers?', 'Enter');
  await terminal.answer('Where do people write', 'Space', 'Enter');
  await terminal.answer("The bot's token?", '1:wrong', 'Enter');
  await eventually(
    'it is refused',
    () => terminal.screen().includes('Telegram refused it'),
    30_000,
  );
  await terminal.answer("The bot's token?", TELEGRAM_TOKEN, 'Enter');
  await terminal.answer('Your own Telegram id?', '4711', 'Enter');
  await terminal.answer('The new message', 'Down', 'Enter');
  await terminal.answer('On which port', 'BSpace', 'BSpace', 'BSpace', 'BSpace', '0', 'Enter');
  await terminal.answer('Write this?', 'Enter');
  await eventually(
    'it is written',
    () => /Written: .*sluice\.yaml, secrets\/telegram-token/.test(terminal.screen()),
    30_000,
  );
  expect(terminal.screen()).toContain('Telegram knows it: @sluice_bot');
  expect(terminal.screen()).not.toContain(TELEGRAM_TOKEN);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('# mine\n');
  expect(parse(text)).toMatchObject({
    display: { busy_input_mode: 'queue' },
    platforms: {
      web: { port: 0 },
      telegram: { token_file: 'secrets/telegram-token', owners: ['4711'] },
    },
  });
});
