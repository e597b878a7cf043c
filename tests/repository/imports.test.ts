import { describe, expect, it } from 'vitest';
import { defaultExports, importsOf, RULES, violations } from './imports.ts';
import { filesBelow } from './sources.ts';

const files = filesBelow('gateway', 'scripts').filter((f) => f.path.endsWith('.ts'));
const rule = (name: string) => RULES.filter((r) => r.name === name);

/** For each rule an import that breaks it, in a file that is not there. */
const BROKEN: Readonly<Record<string, readonly [path: string, code: string]>> = {
  "a room of the message's way does not know the rooms above it": [
    'gateway/turns/turns.ts',
    `import type { Reception } from '../intake/reception.ts';`,
  ],
  'core does no input or output and imports nothing but core': [
    'gateway/core/lane.ts',
    `import { readFile } from 'node:fs/promises';`,
  ],
  'who may read a file is decided in one place, which knows nobody': [
    'gateway/files/private.ts',
    `import { ConfigError } from '../core/exit.ts';`,
  ],
  'the journal knows core and itself': [
    'gateway/journal/sqlite/client.ts',
    `import type { Log } from '../../platforms/platform.ts';`,
  ],
  'an adapter knows neither the journal nor what is above it': [
    'gateway/platforms/web/routes.ts',
    `import type { Journal } from '../../journal/journal.ts';`,
  ],
  'an adapter knows no other adapter, and what they share knows none of them': [
    'gateway/platforms/shared/split.ts',
    `const { x } = await import('../telegram/api.ts');`,
  ],
  'platforms and agents do not know each other': [
    'gateway/agents/agent.ts',
    `export type { Log } from '../platforms/platform.ts';`,
  ],
  'the supervisor knows core and itself, and no library': [
    'gateway/supervisor/options.ts',
    `import { z } from 'zod';`,
  ],
  'service units know core, the configuration and the parent, and no library': [
    'gateway/service/systemdUnit.ts',
    `import { controlClient } from '../control/client.ts';`,
  ],
  'the configuration knows of adapters only their options': [
    'gateway/config/schema.ts',
    `import { Web } from '../platforms/web/webPlatform.ts';`,
  ],
  'what is done for a person at the command line is known there only': [
    'gateway/instance/gateway.ts',
    `import { examine } from '../doctor/examination.ts';`,
  ],
  'only main.ts knows the command line': [
    'gateway/instance/gateway.ts',
    `import { VERSION } from '../cli/version.ts';`,
  ],
  'the gateway knows neither the scripts nor the tests': [
    'gateway/cli/commands/run.ts',
    `import { Git } from '../../../scripts/attribution/git.ts';`,
  ],
  'the scripts know neither the gateway nor the tests': [
    'scripts/release.ts',
    `import { ExitCode } from '../gateway/core/exit.ts';`,
  ],
  'who made a range is found out without knowing how a forge is asked': [
    'scripts/attribution/attribute.ts',
    `import { github } from '../forge/github.ts';`,
  ],
  'a forge is asked for facts, and knows not what becomes of them': [
    'scripts/forge/gitlab.ts',
    `import { written } from '../notes/contributors.ts';`,
  ],
};

describe('imports run one way', () => {
  it('reads static, dynamic and side-effect imports, and not comments', () => {
    const text = `import 'a';\nimport {\n  b,\n} from './b.ts';\nawait import("c");\n// from 'no'\n`;
    expect(importsOf({ path: 'gateway/x/y.ts', text }).map((i) => i.to)).toEqual([
      'package:a',
      'gateway/x/b.ts',
      'package:c',
    ]);
  });

  it('looks at the real files', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(files.length);
  });

  describe.each(RULES.map((r) => r.name))('%s', (name) => {
    it('holds', () => {
      expect(violations(files, rule(name))).toEqual([]);
    });

    it('is told when broken', () => {
      const [path, text] = BROKEN[name] ?? ['', ''];
      expect(violations([{ path, text }], rule(name))).toHaveLength(1);
    });
  });
});

describe('exports', () => {
  it('have names', () => {
    expect(defaultExports(files)).toEqual([]);
  });

  it('are told when they have none', () => {
    const text = 'export default function main() {}';
    expect(defaultExports([{ path: 'gateway/x.ts', text }])).toEqual(['gateway/x.ts']);
  });
});
