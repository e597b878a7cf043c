import { describe, expect, it } from 'vitest';
import data from '../../../../scripts/attribution/assistants.json' with { type: 'json' };
import { Assistants } from '../../../../scripts/attribution/assistants.ts';
import { confusion, judged, samplesOf } from './corpus.ts';

const first = samplesOf('./first.txt');
const all = [...first, ...samplesOf('./second.txt')];

const wrong = (samples: typeof all) =>
  samples
    .filter(({ kind, ident }) => judged(ident) !== kind)
    .map(({ kind, ident, written }) => `${kind}, taken for ${judged(ident)}: ${written}`);

describe('assistant, suspected or person', () => {
  it('is told of at least 300 identities, with nobody left out', () => {
    expect(all.length).toBeGreaterThanOrEqual(300);
    const table = confusion(all);
    console.table(table);
    console.log(wrong(all).join('\n'));
    expect(table.person.assistant).toBe(0);
    const assistants = Object.values(table.assistant).reduce((sum, count) => sum + count);
    expect(table.assistant.assistant / assistants).toBeGreaterThanOrEqual(0.97);
    expect(table.suspected.suspected).toBeGreaterThan(0);
    const people = Object.values(table.person).reduce((sum, count) => sum + count);
    expect(table.person.suspected / people).toBeLessThan(0.02);
  });

  it.each([
    ['Claude Opus 97.3 (4M context)'],
    ['GPT-11-Codex'],
    ['Gemini 8 Pro'],
    ['Kimi K9'],
    ['Grok 12'],
    ['opencode v31.0.0'],
    ['qwen9-coder'],
  ])('knows a product whatever its version: %s', (name) => {
    expect(judged({ name, email: '' })).toBe('assistant');
  });

  it('knows GitHub accounts by their number, whatever the login', () => {
    const email = '198982749+renamed@users.noreply.github.com';
    expect(judged({ name: 'x', email })).toBe('assistant');
  });

  it('takes what the configuration adds', () => {
    const own = new Assistants({ addresses: ['Bot@Pier.example'], logins: ['pier'] });
    expect(own.reason({ name: 'P', email: 'bot@pier.EXAMPLE' })).toContain('is on the list');
    expect(own.loginReason('Pier')).toContain('is on the list');
  });

  it('costs the same for a text of any length', () => {
    const long = `${'claude '.repeat(20_000)}(${'['.repeat(20_000)}`;
    expect(judged({ name: long, email: `${'a-'.repeat(20_000)}@example.com` })).toBe('person');
  });
});

describe('the list of assistants', () => {
  it('has at least 60 products, each once and with where it was seen', () => {
    const products = data.products.map((each) => each.product);
    expect(products.length).toBeGreaterThanOrEqual(60);
    expect(new Set(products).size).toBe(products.length);
    expect(data.products.filter(({ source }) => source.trim() === '')).toEqual([]);
  });

  it('gives an address, a login and a number to one product only', () => {
    for (const field of ['addresses', 'logins', 'ids'] as const) {
      const values = data.products.flatMap(
        (each) =>
          ((each as Record<string, unknown>)[field] as (string | number)[] | undefined) ?? [],
      );
      expect(new Set(values).size, field).toBe(values.length);
    }
  });
});
