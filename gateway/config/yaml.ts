import { isCollection, isMap, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from '../core/exit.ts';
import type { Path } from './describe.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A configuration file's values, and where each stands. `file` is undefined iff none was read. */
export interface Source {
  readonly file: string | undefined;
  readonly values: unknown;
  /** Where a key stands (or, without one in the file, the section it belongs to). From 1. */
  position(path: Path): Position | undefined;
}

/**
 * Parses a configuration file. A section with nothing in it counts as absent.
 * @throws ConfigError with line and column for what is not YAML. The line itself is not quoted: it
 * may hold a secret.
 */
export function parseYaml(text: string, file: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ConfigError(`${file}:${line}:${col}: this is not YAML: ${problem.message}`);
  }
  const position = (path: Path): Position | undefined => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(document.contents, path.slice(0, length));
      if (offset !== undefined) {
        const { line, col } = lines.linePos(offset);
        return { line, column: col };
      }
    }
    return document.contents === null ? undefined : { line: 1, column: 1 };
  };
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError(`${file}: ${(error as Error).message}`, { cause: error });
  }
  return { file, values: withoutEmptySections(values ?? {}), position };
}

/** The value of one word of YAML: how the environment's values are read, so that both read alike. */
export function parseScalar(text: string): unknown {
  const contents = parseDocument(text, { prettyErrors: false }).contents;
  const value = isScalar(contents) ? contents.value : text;
  return value === null ? text : value;
}

/** Where the last key of a path stands: the key itself for a map, the item for a list. */
function offsetOf(root: unknown, path: Path): number | undefined {
  let at = root;
  let offset: number | undefined;
  for (const step of path) {
    if (isMap(at)) {
      const pair = at.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!isPair(pair)) return undefined;
      offset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      at = pair.value;
    } else if (isCollection(at)) {
      at = at.get(step, true);
      offset = (at as { range?: readonly number[] } | undefined)?.range?.[0];
    } else {
      return undefined;
    }
  }
  return offset;
}

function withoutEmptySections(values: unknown): unknown {
  if (!isRecord(values)) return values;
  for (const [key, value] of Object.entries(values)) {
    if (value === null) delete values[key];
    else if (key === 'platforms') withoutEmptySections(value);
  }
  return values;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
