import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { load, loadConfig } from '../../gateway/config/load.ts';
import { ConfigError, ExitCode } from '../../gateway/core/exit.ts';
import { tempDir } from '../harness/temp.ts';

interface Given {
  readonly yaml?: string;
  readonly env?: Record<string, string>;
}

function config({ yaml, env = {} }: Given) {
  const dir = tempDir();
  if (yaml !== undefined) writeFileSync(join(dir, 'sluice.yaml'), yaml);
  return loadConfig({ cwd: dir, home: dir, env });
}

/** The message of the ConfigError, the folder taken out. */
function mistake(given: Given): string {
  try {
    config(given);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).exitCode).toBe(ExitCode.CONFIG);
    return (error as Error).message.replaceAll(/\S*(?=sluice\.yaml)/g, '');
  }
  throw new Error('the configuration was taken');
}

describe('precedence: environment, then YAML, then the default', () => {
  const keys = [
    {
      key: 'agent.restart_drain_timeout',
      variable: 'SLUICE_RESTART_DRAIN_TIMEOUT',
      yaml: 'agent: {restart_drain_timeout: 7}',
      read: (c: ReturnType<typeof config>) => c.agent.restart_drain_timeout,
      values: { env: ['12.5', 12.5], yaml: 7, default: 60 },
    },
    {
      key: 'display.busy_input_mode',
      variable: 'SLUICE_BUSY_INPUT_MODE',
      yaml: 'display: {busy_input_mode: queue}',
      read: (c: ReturnType<typeof config>) => c.display.busy_input_mode,
      values: { env: ['steer', 'steer'], yaml: 'queue', default: 'interrupt' },
    },
    {
      key: 'platforms.web.port',
      variable: 'SLUICE_PORT',
      yaml: 'platforms: {web: {port: 8000}}',
      read: (c: ReturnType<typeof config>) => c.platforms.web.port,
      values: { env: ['0', 0], yaml: 8000, default: 7290 },
    },
    {
      key: 'platforms.web.host',
      variable: 'SLUICE_HOST',
      yaml: 'platforms: {web: {host: "::1"}}',
      read: (c: ReturnType<typeof config>) => c.platforms.web.host,
      values: { env: ['localhost', 'localhost'], yaml: '::1', default: '127.0.0.1' },
    },
    {
      key: 'log.level',
      variable: 'SLUICE_LOG_LEVEL',
      yaml: 'log: {level: debug}',
      read: (c: ReturnType<typeof config>) => c.log.level,
      values: { env: ['error', 'error'], yaml: 'debug', default: 'info' },
    },
  ] as const;
  for (const { key, variable, yaml, read, values } of keys) {
    it(`${key}: ${variable} wins over YAML, YAML over the default`, () => {
      const env = { [variable]: values.env[0] };
      expect(read(config({}))).toBe(values.default);
      expect(read(config({ yaml }))).toBe(values.yaml);
      expect(read(config({ env }))).toBe(values.env[1]);
      expect(read(config({ yaml, env }))).toBe(values.env[1]);
      expect(read(config({ yaml, env: { [variable]: '' } }))).toBe(values.yaml);
    });
  }

  it('takes 0 as a drain time-out: at once', () => {
    expect(config({ env: { SLUICE_RESTART_DRAIN_TIMEOUT: '0' } }).agent.restart_drain_timeout).toBe(
      0,
    );
    expect(config({ yaml: 'agent: {restart_drain_timeout: 0}' }).agent.restart_drain_timeout).toBe(
      0,
    );
  });

  it('lets a good variable stand in for a bad value in the file', () => {
    const yaml = 'agent: {restart_drain_timeout: soon}';
    const env = { SLUICE_RESTART_DRAIN_TIMEOUT: '5' };
    expect(config({ yaml, env }).agent.restart_drain_timeout).toBe(5);
  });
});

describe('invalid values', () => {
  const wantsSeconds = 'expected a number of seconds, 0 or more';
  for (const [text, shown] of [
    ['-1', '-1'],
    ['soon', '"soon"'],
    ['60s', '"60s"'],
    ['true', 'true'],
    ['null', '"null"'],
    ['.inf', 'Infinity'],
    ['.nan', 'NaN'],
    ['[5]', '"[5]"'],
  ] as const) {
    it(`restart_drain_timeout from the environment: ${text}`, () => {
      expect(mistake({ env: { SLUICE_RESTART_DRAIN_TIMEOUT: text } })).toBe(
        `environment variable SLUICE_RESTART_DRAIN_TIMEOUT: agent.restart_drain_timeout is ${shown}; ${wantsSeconds}`,
      );
    });
  }
  for (const [text, shown] of [
    ['-1', '-1'],
    ['soon', '"soon"'],
    ['"60"', '"60"'],
    ['true', 'true'],
    ['', 'null'],
    ['[5]', 'a list'],
    ['{a: 1}', 'a section'],
  ] as const) {
    it(`restart_drain_timeout from YAML: ${text || '(nothing)'}`, () => {
      const yaml = `# a comment\nagent:\n  default: demo\n  restart_drain_timeout: ${text}\n`;
      expect(mistake({ yaml })).toBe(
        `sluice.yaml:4:3: agent.restart_drain_timeout is ${shown}; ${wantsSeconds}`,
      );
    });
  }
  const wantsMode = 'expected one of interrupt, queue, steer';
  for (const text of ['INTERRUPT', 'wait', 'queue,steer']) {
    it(`busy_input_mode: ${text}, from the environment and from YAML`, () => {
      expect(mistake({ env: { SLUICE_BUSY_INPUT_MODE: text } })).toBe(
        `environment variable SLUICE_BUSY_INPUT_MODE: display.busy_input_mode is "${text}"; ${wantsMode}`,
      );
      expect(mistake({ yaml: `display:\n  busy_input_mode: "${text}"\n` })).toBe(
        `sluice.yaml:2:3: display.busy_input_mode is "${text}"; ${wantsMode}`,
      );
    });
  }
  for (const text of ['1', 'true', '[queue]']) {
    it(`busy_input_mode from YAML: ${text}`, () => {
      expect(mistake({ yaml: `display:\n  busy_input_mode: ${text}\n` })).toMatch(
        /^sluice\.yaml:2:3: display\.busy_input_mode is .*; expected one of interrupt, queue, steer$/,
      );
    });
  }

  it('names every mistake of a file, each with its place', () => {
    const yaml = [
      'agent:',
      '  max_attempts: 0',
      'platforms:',
      '  web:',
      '    port: 70000',
      'agents:',
      '  a: {type: robot}',
      '',
    ].join('\n');
    expect(mistake({ yaml }).split('\n').toSorted()).toEqual([
      'sluice.yaml:2:3: agent.max_attempts is 0; expected a whole number, 1 or more',
      'sluice.yaml:5:5: platforms.web.port is 70000; expected a whole number from 0 to 65535',
      expect.stringMatching(/^sluice\.yaml:7:7: agents\.a\.type is "robot"; expected demo, or /),
    ]);
  });

  it('names the agents there are where another is meant', () => {
    expect(mistake({ yaml: 'agent:\n  default: claude\n' })).toBe(
      'sluice.yaml:2:3: agent.default is "claude"; expected one of the agents defined under `agents` (demo)',
    );
    expect(mistake({ yaml: 'routes:\n  - platform: web\n    agent: x\n' })).toMatch(
      /^sluice\.yaml:3:5: routes\[0\]\.agent is "x"/,
    );
  });

  it('says where a file is not YAML, without quoting it', () => {
    const message = mistake({ yaml: 'agent:\n  default: "hunter2\n' });
    expect(message).toMatch(/^sluice\.yaml:\d+:\d+: this is not YAML/);
    expect(message).not.toContain('hunter2');
  });

  it('takes a list or a word where a map is wanted for a mistake', () => {
    for (const yaml of ['- a\n', 'hello\n']) {
      expect(mistake({ yaml })).toMatch(/^sluice\.yaml:1:1: the configuration is /);
    }
  });

  it('refuses a key that stands twice', () => {
    expect(mistake({ yaml: 'log: {level: info}\nlog: {level: warn}\n' })).toMatch(
      /^sluice\.yaml:2:1/,
    );
  });
});

describe('unknown keys', () => {
  it('names the nearest key of the section', () => {
    expect(mistake({ yaml: 'agent:\n  restart-drain-timout: 5\n' })).toBe(
      'sluice.yaml:2:3: unknown key agent.restart-drain-timout; did you mean agent.restart_drain_timeout?',
    );
  });

  it('names the same key in another section', () => {
    expect(mistake({ yaml: 'busy_input_mode: queue\n' })).toBe(
      'sluice.yaml:1:1: unknown key busy_input_mode; did you mean display.busy_input_mode?',
    );
  });

  it('lists what is known where nothing is near', () => {
    expect(mistake({ yaml: 'queue:\n  zzzzzz: 1\n' })).toBe(
      'sluice.yaml:2:3: unknown key queue.zzzzzz; known here: burst_window, limit',
    );
  });

  it('names keys within an account of a list', () => {
    expect(
      mistake({ yaml: 'platforms:\n  telegram:\n    - token_env: T\n      ownrs: [1]\n' }),
    ).toMatch(
      /^sluice\.yaml:4:7: unknown key platforms\.telegram\[0\]\.ownrs; did you mean .*owners\?$/,
    );
  });
});

describe('shapes', () => {
  it('takes one account or a list, and gives a list', () => {
    const one = config({ yaml: 'platforms: {telegram: {token_env: T}}' });
    const two = config({
      yaml: 'platforms: {telegram: [{token_env: T}, {name: b, token_env: U}]}',
    });
    expect(one.platforms.telegram.map((t) => t.name)).toEqual(['default']);
    expect(two.platforms.telegram.map((t) => t.name)).toEqual(['default', 'b']);
  });

  it('refuses two accounts of one name: they would share their lanes', () => {
    expect(
      mistake({ yaml: 'platforms:\n  discord:\n    - token_env: A\n    - token_env: B\n' }),
    ).toBe(
      'sluice.yaml:4:7: platforms.discord[1].name is missing; expected a name that no other account of the platform has',
    );
  });

  it('takes an empty file and empty sections as absent', () => {
    const defaults = config({});
    expect(config({ yaml: '' })).toEqual(defaults);
    expect(config({ yaml: '# nothing\n' })).toEqual(defaults);
    expect(config({ yaml: 'agent:\nplatforms:\n  web:\n' })).toEqual(defaults);
  });
});

describe('where the file is looked for', () => {
  it('takes --config, then SLUICE_CONFIG, then ./sluice.yaml, then the XDG folder', () => {
    const [cwd, home] = [tempDir(), tempDir()];
    const file = (name: string, limit: number, dir = cwd) => {
      writeFileSync(join(dir, name), `queue: {limit: ${limit}}\n`);
      return join(dir, name);
    };
    const limit = (options: Partial<Parameters<typeof load>[0]> = {}) =>
      load({ cwd, home, env: {}, ...options }).config.queue.limit;
    expect(limit()).toBe(50);
    const xdg = tempDir();
    mkdirSync(join(xdg, 'sluice'));
    file('sluice.yaml', 9, join(xdg, 'sluice'));
    expect(limit({ env: { XDG_CONFIG_HOME: xdg } })).toBe(9);
    file('sluice.yaml', 1);
    expect(limit({ env: { XDG_CONFIG_HOME: xdg } })).toBe(1);
    file('variable.yaml', 2);
    expect(limit({ env: { SLUICE_CONFIG: 'variable.yaml' } })).toBe(2);
    file('option.yaml', 3);
    expect(limit({ env: { SLUICE_CONFIG: 'variable.yaml' }, path: 'option.yaml' })).toBe(3);
  });

  it('says who named a file that is not there', () => {
    const cwd = tempDir();
    expect(() => loadConfig({ cwd, env: {}, path: 'a.yaml' })).toThrow(
      /a\.yaml \(named by --config\): there is no such file/,
    );
    expect(() => loadConfig({ cwd, env: { SLUICE_CONFIG: 'b.yaml' } })).toThrow(
      /b\.yaml \(named by SLUICE_CONFIG\)/,
    );
  });

  it('says so when a file cannot be read', () => {
    const cwd = tempDir();
    expect(() => loadConfig({ cwd, env: {}, path: '.' })).toThrow(/cannot read the configuration/);
  });
});
