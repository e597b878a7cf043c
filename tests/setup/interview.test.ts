import { describe, expect, it } from 'vitest';
import { RequestError } from '../../gateway/core/exit.ts';
import { ConfigDocument } from '../../gateway/setup/configDocument.ts';
import type { Flags } from '../../gateway/setup/flags.ts';
import type { Prompts } from '../../gateway/setup/prompts.ts';
import { interview } from '../../gateway/setup/questions.ts';
import { fakeTelegram, TELEGRAM_TOKEN } from '../fakes/telegram/fake.ts';

/** Answers in turn, by a word of the question; what was asked is kept. */
function scripted(script: readonly (readonly [question: string, answer: unknown])[]) {
  const left = [...script];
  const warned: string[] = [];
  const next = async (message: string): Promise<never> => {
    const [question, answer] = left.shift() ?? ['', undefined];
    if (question === '' || !message.includes(question)) throw new Error(`not expected: ${message}`);
    return answer as never;
  };
  const prompts: Prompts = {
    intro: () => {},
    select: next,
    several: next,
    text: next,
    secret: next,
    confirm: next,
    during: (_message, work) => work,
    warn: (message) => warned.push(message),
  };
  return { prompts, warned, left };
}

function asking(text: string, script: Parameters<typeof scripted>[0], flags: Partial<Flags> = {}) {
  const { prompts, warned, left } = scripted(script);
  const now = new ConfigDocument(text, 'sluice.yaml');
  const answers = interview({
    flags: { check: true, ...flags },
    now,
    prompts,
    warn: (message) => warned.push(message),
    path: '/nonexistent',
  });
  return { answers, warned, left };
}

describe('the questions of sluice init', () => {
  it('ask again for a token that its platform refuses, and take one that works', async () => {
    const { url } = await fakeTelegram();
    const { answers, warned, left } = asking(`platforms: {telegram: {api_root: "${url}"}}`, [
      ['Who answers', 'chat'],
      ['Where is the endpoint', 'http://127.0.0.1:11434/v1'],
      ['Which model', 'llama3.2'],
      ['API key', ''],
      ['Where do people write', ['telegram']],
      ["bot's token", '1:wrong'],
      ["bot's token", TELEGRAM_TOKEN],
      ['Your own Telegram id', '4711'],
      ['The new message', 'queue'],
      ['On which port', '8080'],
    ]);
    expect(await answers).toEqual({
      agent: {
        name: 'model',
        options: { type: 'chat', base_url: 'http://127.0.0.1:11434/v1', model: 'llama3.2' },
      },
      telegram: { token: TELEGRAM_TOKEN, owners: ['4711'] },
      busyMode: 'queue',
      port: 8080,
    });
    expect(warned).toEqual(['Telegram does not know the token']);
    expect(left).toEqual([]);
  });

  it('change nothing where everything is answered as it is', async () => {
    const { answers } = asking(
      'agents: {mine: {type: process, command: [x]}}\nagent: {default: mine}\nplatforms: {discord: {token_env: D, owners: [1]}}',
      [
        ['Who answers', undefined],
        ['Where do people write', ['discord']],
        ['has a token already', false],
        ['The new message', 'interrupt'],
        ['On which port', '7290'],
      ],
    );
    expect(await answers).toEqual({ discord: {} });
  });

  it('are not asked where an option answers them', async () => {
    const { answers, left } = asking('', [['Where do people write', []]], {
      agent: 'acp',
      agentPreset: 'claude',
      busyMode: 'steer',
      port: 0,
    });
    expect(await answers).toEqual({
      agent: { name: 'claude', options: { type: 'acp', preset: 'claude' } },
      busyMode: 'steer',
      port: 0,
    });
    expect(left).toEqual([]);
  });

  it('switch a platform off that is no longer wanted, and keep its account', async () => {
    const { answers } = asking(
      'platforms: {discord: {token_env: D}}',
      [['Where do people write', []]],
      { agent: 'demo', busyMode: 'queue', port: 0 },
    );
    expect((await answers).discord).toEqual({ enabled: false });
  });

  it('are answered by an option there, too', async () => {
    const { answers } = asking('platforms: {discord: {token_env: D}}', [], {
      agent: 'demo',
      busyMode: 'queue',
      port: 0,
      discord: false,
    });
    expect((await answers).discord).toEqual({ enabled: false });
  });

  it('make a token for an address that others can reach, and only where there is none', async () => {
    const flags = { agent: 'demo', busyMode: 'queue', port: 0, host: '0.0.0.0' } as const;
    const without = asking('', [['Where do people write', []]], flags);
    expect((await without.answers).webToken).toMatch(/^[\w-]{32}$/);
    const text = 'platforms: {web: {token_env: WEB}}';
    const having = asking(text, [['Where do people write', []]], flags);
    expect(await having.answers).not.toHaveProperty('webToken');
  });

  it('end where somebody cancels', async () => {
    const cancel = Promise.reject(new RequestError('cancelled; nothing was written'));
    cancel.catch(() => {});
    const { answers } = asking('', [['Who answers', cancel]]);
    await expect(answers).rejects.toThrow('nothing was written');
  });
});
