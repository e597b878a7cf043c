import { describe, expect, it } from 'vitest';
import { fromHermes } from '../../gateway/setup/hermes.ts';

const CONFIG = `
model: {default: some/model, provider: openrouter}
agent:
  restart_drain_timeout: 180
  max_turns: 60
display: {busy_input_mode: queue, busy_text_mode: interrupt}
terminal: {backend: docker}
discord: {require_mention: false}
`;
const ENV = `
OPENROUTER_API_KEY=sk-or-secret
TELEGRAM_BOT_TOKEN="123:telegram-secret"
TELEGRAM_ALLOWED_USERS=11, 22
DISCORD_BOT_TOKEN=discord-secret
GATEWAY_ALLOWED_USERS=22,33
GATEWAY_ALLOW_ALL_USERS=true
DISCORD_ALLOWED_CHANNELS=99
SLACK_BOT_TOKEN=xoxb-secret
# DISCORD_AUTO_THREAD=true
`;

describe('sluice import hermes', () => {
  it('takes over what means the same: timeouts, busy mode, tokens, allow-lists, mentions', () => {
    const { answers } = fromHermes(CONFIG, ENV);
    expect(answers).toEqual({
      drainTimeout: 180,
      busyMode: 'queue',
      telegram: { token: '123:telegram-secret', allowed: ['11', '22', '33'] },
      discord: { token: 'discord-secret', allowed: ['22', '33'], groups: 'all' },
    });
  });

  it('lists each key it left out with a reason, and no secret', () => {
    const { left, taken } = fromHermes(CONFIG, ENV);
    expect(left.map(({ key }) => key)).toEqual(
      [
        'model',
        'agent.max_turns',
        'display.busy_text_mode',
        'terminal',
        'GATEWAY_ALLOW_ALL_USERS',
        'DISCORD_ALLOWED_CHANNELS',
        'OPENROUTER_API_KEY',
        'SLACK_BOT_TOKEN',
      ].sort((a, b) => left.findIndex((n) => n.key === a) - left.findIndex((n) => n.key === b)),
    );
    expect(left).toHaveLength(8);
    expect(left.every(({ what }) => what.length > 10)).toBe(true);
    expect(JSON.stringify([left, taken])).not.toMatch(/secret/);
  });

  it('does not take what cannot mean the same: another unit, another mode, a star', () => {
    const { answers, left } = fromHermes(
      'agent: {restart_drain_timeout: 3 minutes}\ndisplay: {busy_input_mode: shout}\n',
      'TELEGRAM_BOT_TOKEN=t\nTELEGRAM_ALLOWED_USERS=*\nDISCORD_ALLOWED_USERS=5\n',
    );
    expect(answers).toEqual({ telegram: { token: 't' } });
    expect(left.map(({ key }) => key).sort()).toEqual([
      'DISCORD_ALLOWED_USERS',
      'TELEGRAM_ALLOWED_USERS',
      'agent.restart_drain_timeout',
      'display.busy_input_mode',
    ]);
  });

  it('lets the environment win over the file, as Hermes does', () => {
    const { answers } = fromHermes(CONFIG, 'HERMES_RESTART_DRAIN_TIMEOUT=9\n');
    expect(answers.drainTimeout).toBe(9);
  });
});
