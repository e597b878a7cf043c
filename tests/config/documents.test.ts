import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settingsOf } from '../../gateway/assembly/settingsOf.ts';
import { allKeys, jsonSchema, nodesAt } from '../../gateway/config/describe.ts';
import { exampleFile, referenceFile, schemaFile } from '../../gateway/config/documents.ts';
import { ENVIRONMENT } from '../../gateway/config/environment.ts';
import { LISTEN_DEFAULT } from '../../gateway/config/listen.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import { DEFAULTS } from '../../gateway/core/settings.ts';

const root = new URL('../../', import.meta.url);
const committed = (name: string) => readFileSync(new URL(name, root), 'utf8');

describe('what is written about the configuration', () => {
  it('sluice.schema.json is current (sluice config schema > sluice.schema.json)', () => {
    expect(committed('sluice.schema.json')).toBe(schemaFile());
  });

  it('sluice.example.yaml is current (sluice config example > sluice.example.yaml)', () => {
    expect(committed('sluice.example.yaml')).toBe(exampleFile());
  });

  it('docs/configuration.md is current (sluice config docs > docs/configuration.md)', () => {
    expect(committed('docs/configuration.md')).toBe(referenceFile());
  });

  it('the example as it stands equals the defaults', () => {
    expect(ConfigSchema.parse(parse(exampleFile()))).toEqual(ConfigSchema.parse({}));
  });

  it('the example has every key', () => {
    const shown = new Set(
      [...exampleFile().matchAll(/^(?:#: )? *([A-Za-z_]+):/gm)].map((match) => match[1]),
    );
    const missing = allKeys().filter((key) => !shown.has(key.split('.').at(-1) as string));
    expect(missing).toEqual([]);
  });

  it('the reference has every key', () => {
    const text = referenceFile();
    const missing = allKeys().filter((key) => {
      const name = key.split('.').at(-1) as string;
      return (
        !text.includes(`${name}\``) && !text.includes(`${name}.`) && !text.includes(`## ${name}`)
      );
    });
    expect(missing).toEqual([]);
  });

  it('every key has a description', () => {
    const bare = allKeys().filter((key) => {
      if (key.endsWith('.type')) return false;
      const path = key.split('.').map((step) => (step === 'NAME' ? 'x' : step));
      const found = [
        path,
        path.flatMap((step, at) => (at === 1 ? [step, 0] : [step])),
        [path[0] as string, 0, ...path.slice(1)],
      ]
        .flatMap((p) => nodesAt(p))
        .concat(
          key.startsWith('hooks.NAME') ? nodesAt(['hooks', 'x', 0, path.at(-1) as string]) : [],
        );
      return !found.some((node) => (node.description ?? '') !== '');
    });
    expect(bare).toEqual([]);
  });

  it('every variable of the environment sets a key that is there', () => {
    for (const path of Object.values(ENVIRONMENT)) {
      expect(nodesAt(path, jsonSchema()), path.join('.')).toHaveLength(1);
    }
  });
});

describe('defaults stand in one place', () => {
  it('an instance gets its own defaults from an empty configuration', () => {
    expect(settingsOf(ConfigSchema.parse({}))).toEqual(DEFAULTS);
  });

  it('the parent process knows where the web platform listens', () => {
    const { host, port } = ConfigSchema.parse({}).platforms.web;
    expect({ host, port }).toEqual(LISTEN_DEFAULT);
  });
});
