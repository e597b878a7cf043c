import { readFileSync } from 'node:fs';
import { ConfigError } from '../core/exit.ts';
import { ENVIRONMENT, type Environment } from './environment.ts';
import { explain } from './explain.ts';
import { configCandidates, type Places } from './paths.ts';
import { type Config, ConfigSchema } from './schema.ts';
import { parseScalar, parseYaml, type Source } from './yaml.ts';

export interface LoadOptions {
  /** What --config names. */
  readonly path?: string;
  readonly env: Environment;
  readonly cwd: string;
  /** The user's home directory; by default what the system says. */
  readonly home?: string;
}

export interface Loaded {
  readonly config: Config;
  /** The file that was read; undefined iff the embedded defaults are used. */
  readonly file: string | undefined;
}

/**
 * Reads the configuration: environment, then the first file found, then the default of each key, all
 * through one parse.
 * @throws ConfigError naming file, line, column, key, what was found and what was expected.
 */
export function loadConfig(options: LoadOptions): Config {
  return load(options).config;
}

/** As `loadConfig`, and says which file was read. */
export function load(options: LoadOptions): Loaded {
  const source = readSource(options);
  const values = structuredClone(source.values);
  const overridden = applyEnvironment(values, options.env);
  const parsed = ConfigSchema.safeParse(values, { reportInput: true });
  if (parsed.success) return { config: parsed.data, file: source.file };
  throw explain(parsed.error.issues, values, source, overridden);
}

/** The file that would be read, or undefined where there is none. */
export function configFile(options: LoadOptions): string | undefined {
  return readSource(options).file;
}

function readSource(options: LoadOptions): Source {
  const places: Places = {
    env: options.env,
    cwd: options.cwd,
    ...(options.home === undefined ? {} : { userHome: options.home }),
  };
  for (const { path, named } of configCandidates(options.path, places)) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' && named === undefined) continue;
      const from = named === undefined ? '' : ` (named by ${named})`;
      const why = code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
      throw new ConfigError(`cannot read the configuration ${path}${from}: ${why}`, {
        cause: error,
      });
    }
    return parseYaml(text, path);
  }
  return { file: undefined, values: {}, position: () => undefined };
}

/** Puts the environment's values over the file's. An empty variable counts as unset. */
function applyEnvironment(values: unknown, env: Environment): Map<string, string> {
  const overridden = new Map<string, string>();
  for (const [name, path] of Object.entries(ENVIRONMENT)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (setIn(values, path, parseScalar(text))) overridden.set(path.join('.'), name);
  }
  return overridden;
}

function setIn(target: unknown, path: readonly string[], value: unknown): boolean {
  let at = target as Record<string, unknown>;
  for (const key of path.slice(0, -1)) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return false;
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  if (typeof at !== 'object' || at === null || Array.isArray(at)) return false;
  at[path.at(-1) as string] = value;
  return true;
}
