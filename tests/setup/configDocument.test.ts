import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exampleFile } from '../../gateway/config/documents.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import type { Answers } from '../../gateway/setup/answers.ts';
import { ConfigDocument } from '../../gateway/setup/configDocument.ts';
import { planOf } from '../../gateway/setup/edits.ts';

function edited(text: string, answers: Answers): string {
  const document = new ConfigDocument(text, 'sluice.yaml');
  for (const edit of planOf(answers, document).edits) document.apply(edit);
  return document.toString();
}

const WHOLE: Answers = {
  agent: {
    name: 'model',
    options: { type: 'chat', base_url: 'http://m/v1', model: 'x' },
    apiKey: 'k',
  },
  telegram: { token: 't', owners: ['4711'] },
  discord: { token: 'd', threads: true },
  busyMode: 'queue',
  port: 8080,
  drainTimeout: 30,
};

describe('a configuration that sluice init writes', () => {
  it('is right, says of each key what it is for, and holds no secret', () => {
    const text = edited('', WHOLE);
    const config = ConfigSchema.parse(parse(text));
    expect(config.agents.model).toMatchObject({
      type: 'chat',
      api_key_file: 'secrets/model-api-key',
    });
    expect(config.platforms.telegram[0]).toMatchObject({
      token_file: 'secrets/telegram-token',
      owners: ['4711'],
    });
    expect(config.agent).toMatchObject({ default: 'model', restart_drain_timeout: 30 });
    const keys = text.split('\n').filter((line) => /^ *\w+:/.test(line) && !line.includes('type:'));
    const bare = keys.filter((key) => !/# .*\n$/.test(text.slice(0, text.indexOf(`${key}\n`))));
    expect(bare.filter((key) => !/^ {2}(model):$/.test(key))).toEqual([]);
  });

  it('is edited: comments, order, and what is not asked about stay', () => {
    const before = `# mine
display:
  notices: {cannot_steer: Later.} # my words
  busy_input_mode: steer # for now

platforms:
  telegram:
    # two bots
    - name: other
      token_env: OTHER
    - token_env: BOT # old
      groups: all
`;
    const after = edited(before, { busyMode: 'queue', telegram: { token: 't' } });
    expect(after).toContain('# mine\n');
    expect(after).toContain('notices: {cannot_steer: Later.} # my words');
    expect(after).toContain('busy_input_mode: queue # for now');
    expect(after).toContain('- name: other\n      token_env: OTHER');
    const [other, bot] = ConfigSchema.parse(parse(after)).platforms.telegram;
    expect(other).toMatchObject({ name: 'other', token_env: 'OTHER' });
    expect(bot).toMatchObject({ token_file: 'secrets/telegram-token', groups: 'all' });
    expect(bot?.token_env).toBeUndefined();
  });

  it('is the same when the same is said again', () => {
    const once = edited('', WHOLE);
    expect(edited(once, WHOLE)).toBe(once);
  });

  it.each([
    ['nothing but a comment', '# nothing yet\n'],
    ['the example, with every key', exampleFile()],
    ['an empty section', 'platforms:\nagent: {}\n'],
    ['a section on one line', 'platforms: {web: {port: 1}}\nagent: {default: demo}\n'],
  ])('takes answers where there was %s', (_what, before) => {
    const config = ConfigSchema.parse(parse(edited(before, WHOLE)));
    expect(config.platforms.web.port).toBe(8080);
    expect(config.agent.default).toBe('model');
  });

  it('is refused where it is not YAML, with the line', () => {
    expect(() => new ConfigDocument('a: [1\nb: {', 'sluice.yaml')).toThrow(
      /sluice\.yaml:\d: .*not YAML/,
    );
  });
});
