import type { z } from 'zod';
import { ConfigError } from '../core/exit.ts';
import { allKeys, alternatives, expected, nodesAt, type Path } from './describe.ts';
import { nearest } from './nearest.ts';
import type { Source } from './yaml.ts';

type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a configuration, in words: one line for each mistake with its place, its key,
 * what was found and what was expected.
 */
export function explain(
  issues: readonly Issue[],
  values: unknown,
  source: Source,
  overridden: ReadonlyMap<string, string>,
): ConfigError {
  const lines = issues
    .flatMap((issue) => flatten(issue))
    .flatMap((issue) => describe(issue, values, source, overridden));
  return new ConfigError([...new Set(lines)].join('\n'));
}

/** An issue of alternatives, replaced by those of the alternative that fits best. */
function flatten(issue: Issue, prefix: Path = []): Issue[] {
  const path = [...prefix, ...(issue.path as Path)];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) {
    return [{ ...issue, path: [...path] }];
  }
  const depth = (branch: readonly Issue[]) => Math.max(...branch.map((i) => i.path.length));
  const sameShape = issue.errors.filter(
    (branch) => !branch.some((i) => i.path.length === 0 && i.code === 'invalid_type'),
  );
  const [best] = (sameShape.length > 0 ? sameShape : issue.errors).toSorted(
    (a, b) => depth(b) - depth(a) || a.length - b.length,
  );
  if (sameShape.length === 0) return [{ ...issue, path: [...path] }];
  return (best ?? []).flatMap((inner) => flatten(inner, path));
}

function describe(
  issue: Issue,
  values: unknown,
  source: Source,
  overridden: ReadonlyMap<string, string>,
): string[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      return `${place([...path, key], source, overridden)}unknown key ${dotted([...path, key])}${suggestion(path, key)}`;
    });
  }
  const key = path.length === 0 ? 'the configuration' : dotted(path);
  const found = valueAt(values, path);
  const nodes = nodesAt(path);
  const wanted =
    issue.code === 'custom'
      ? issue.message
      : [...new Set(nodes.map(expected))].join(', or ') || issue.message;
  const what =
    found === undefined
      ? 'is missing'
      : `is ${show(
          found,
          nodes.some((n) => n['x-secret']),
        )}`;
  return [`${place(path, source, overridden)}${key} ${what}; expected ${wanted}`];
}

/** `FILE:LINE:COLUMN: `, or the environment variable that set the key. */
function place(path: Path, source: Source, overridden: ReadonlyMap<string, string>): string {
  const variable = overridden.get(path.join('.'));
  if (variable !== undefined) return `environment variable ${variable}: `;
  if (source.file === undefined) return '';
  const position = source.position(path);
  return position === undefined
    ? `${source.file}: `
    : `${source.file}:${position.line}:${position.column}: `;
}

function suggestion(section: Path, key: string): string {
  const siblings = nodesAt(section)
    .flatMap(alternatives)
    .flatMap((node) => Object.keys(node.properties ?? {}));
  const beside = nearest(key, siblings);
  if (beside !== undefined) return `; did you mean ${dotted([...section, beside])}?`;
  const elsewhere = allKeys().find((known) => known.split('.').at(-1) === key);
  if (elsewhere !== undefined) return `; did you mean ${elsewhere}?`;
  return siblings.length === 0
    ? ''
    : `; known here: ${[...new Set(siblings)].toSorted().join(', ')}`;
}

/** A value as it was found, short. Where a secret is near, only its kind. */
function show(value: unknown, secret: boolean): string {
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'a section';
  if (secret) return `a ${typeof value} (not shown)`;
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function valueAt(values: unknown, path: Path): unknown {
  let at = values;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}

function dotted(path: Path): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join('');
}
