import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fakeTelegram, TELEGRAM_TOKEN } from '../fakes/telegram/fake.ts';
import { tempDir } from '../harness/temp.ts';
import { sluice } from './sluice.ts';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('sluice init --yes', () => {
  it('writes the configuration and a secret only its owner can read, with a token that works', async () => {
    const telegram = await fakeTelegram();
    const home = tempDir();
    const file = join(home, 'conf', 'sluice.yaml');
    mkdirSync(join(home, 'conf'));
    writeFileSync(file, `platforms:\n  telegram:\n    api_root: ${telegram.url} # mine\n`);
    const args = ['--config', file, 'init', '--yes', '--port', '0', '--telegram-token-file', '-'];
    const bad = await sluice(args, { home, input: '1:wrong\n' });
    expect(bad).toMatchObject({ code: 1, out: '' });
    expect(bad.err).toContain('Telegram does not know the token; nothing was written');
    expect(readFileSync(file, 'utf8')).not.toContain('token_file');

    const good = await sluice([...args, '--telegram-owner', '4711'], {
      home,
      input: TELEGRAM_TOKEN,
    });
    expect(good).toMatchObject({ code: 0, err: '' });
    expect(good.out).toContain('Start it here with `sluice run`');
    const secret = join(home, 'conf', 'secrets', 'telegram-token');
    expect(readFileSync(secret, 'utf8')).toBe(`${TELEGRAM_TOKEN}\n`);
    expect([mode(secret), mode(join(home, 'conf', 'secrets'))]).toEqual(['600', '700']);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(`api_root: ${telegram.url} # mine`);
    expect(parse(text)).toEqual({
      platforms: {
        telegram: {
          api_root: telegram.url,
          token_file: 'secrets/telegram-token',
          owners: ['4711'],
        },
        web: { port: 0 },
      },
    });
  });

  it('does not ask where there is no terminal, and says what to do', async () => {
    const { code, err } = await sluice(['init'], { home: tempDir() });
    expect(code).toBe(1);
    expect(err).toContain('no terminal to ask on; add --yes');
  });

  it('leaves a file alone that would not be right afterwards', async () => {
    const home = tempDir();
    const file = join(home, 'sluice.yaml');
    writeFileSync(file, 'agent: {restart_drain_timout: 5}\n');
    const { code, err } = await sluice(['--config', file, 'init', '--yes', '--port', '8080'], {
      home,
    });
    expect(code).toBe(78);
    expect(err).toContain(`${file}:1:`);
    expect(readFileSync(file, 'utf8')).toBe('agent: {restart_drain_timout: 5}\n');
  });
});

describe('sluice import hermes', () => {
  it('writes what is not set here yet, and says what it left out', async () => {
    const home = tempDir();
    const file = join(home, 'sluice.yaml');
    writeFileSync(file, 'display:\n  busy_input_mode: steer # mine\n');
    const folder = join(home, 'hermes');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.yaml'), 'display: {busy_input_mode: queue, skin: x}\n');
    writeFileSync(join(folder, '.env'), 'DISCORD_BOT_TOKEN=a-secret-token\n');
    const { code, out } = await sluice(['--config', file, 'import', 'hermes', folder], { home });
    expect(code).toBe(0);
    expect(out).toMatch(/Taken over:\n {2}DISCORD_BOT_TOKEN +→ platforms\.discord\.token_file/);
    expect(out).toMatch(/Stays as it is here:\n {2}display\.busy_input_mode/);
    expect(out).toMatch(/Left out:\n {2}display\.skin/);
    expect(out).not.toContain('a-secret-token');
    expect(readFileSync(file, 'utf8')).toContain('busy_input_mode: steer # mine');
    expect(mode(join(home, 'secrets', 'discord-token'))).toBe('600');
  });
});
