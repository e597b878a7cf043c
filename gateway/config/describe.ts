import { z } from 'zod';
import { ConfigSchema } from './schema.ts';

/** The part of JSON Schema that zod writes for the configuration. */
export interface Node {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly 'x-unit'?: string;
  readonly 'x-secret'?: boolean;
  readonly 'x-expected'?: string;
}

export type Path = readonly (string | number)[];

let cached: Node | undefined;

/** The JSON Schema of what one may write, for editors; also what messages and documents are made from. */
export function jsonSchema(): Node {
  cached ??= z.toJSONSchema(ConfigSchema, { io: 'input', unrepresentable: 'any' }) as Node;
  return cached;
}

/** The alternatives of a node: itself, or what it may be. */
export function alternatives(node: Node): readonly Node[] {
  return (node.oneOf ?? node.anyOf ?? [node]).flatMap((n) => (n === node ? [n] : alternatives(n)));
}

/** Every node that a path may mean. More than one where alternatives differ. */
export function nodesAt(path: Path, from: Node = jsonSchema()): Node[] {
  const [step, ...rest] = path;
  if (step === undefined) return [from];
  return alternatives(from).flatMap((node) => {
    const next =
      typeof step === 'number'
        ? node.items
        : (node.properties?.[step] ??
          (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined));
    return next === undefined ? [] : nodesAt(rest, next);
  });
}

/** What may be written for a node, in words. */
export function expected(node: Node): string {
  if (node['x-expected'] !== undefined) return node['x-expected'];
  if (node.const !== undefined) return String(node.const);
  if (node.enum !== undefined) return `one of ${node.enum.join(', ')}`;
  const options = alternatives(node);
  if (options.length > 1) return [...new Set(options.map(expected))].join(', or ');
  switch (node.type) {
    case 'number':
    case 'integer':
      return numberInWords(node);
    case 'string':
      return node.format === 'uri'
        ? 'a URL'
        : (node.minLength ?? 0) > 0
          ? 'a text'
          : 'a text (may be empty)';
    case 'boolean':
      return 'true or false';
    case 'array':
      return node.items === undefined ? 'a list' : `a list (each ${expected(node.items)})`;
    case 'object':
      return 'a section with keys of its own';
    default:
      return 'something else';
  }
}

function numberInWords(node: Node): string {
  const kind = node.type === 'integer' ? 'a whole number' : 'a number';
  const unit = node['x-unit'] === undefined ? '' : ` of ${node['x-unit']}`;
  // zod writes the bounds of safe integers where there is no other.
  const low = node.minimum === Number.MIN_SAFE_INTEGER ? undefined : node.minimum;

  const high = node.maximum === Number.MAX_SAFE_INTEGER ? undefined : node.maximum;
  if (low !== undefined && high !== undefined) return `${kind}${unit} from ${low} to ${high}`;
  return low === undefined ? kind + unit : `${kind}${unit}, ${low} or more`;
}

/** Every key there is, as dotted paths, sections included. */
export function allKeys(node: Node = jsonSchema(), prefix = ''): string[] {
  return alternatives(node).flatMap((n) => [
    ...Object.entries(n.properties ?? {}).flatMap(([key, child]) => [
      prefix + key,
      ...allKeys(child, `${prefix}${key}.`),
    ]),
    ...(n.items === undefined ? [] : allKeys(n.items, prefix)),
    ...(typeof n.additionalProperties === 'object'
      ? allKeys(n.additionalProperties, `${prefix}NAME.`)
      : []),
  ]);
}
