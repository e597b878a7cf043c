import type { Node, Pair } from 'yaml';
import type { Dictionary, List, Literal } from './literals.ts';

/**
 * The collections of a YAML file, in the shape of a program's literals: an `authors.yaml` of another
 * project, or whatever else gives logins to addresses.
 * @returns undefined for what is no YAML
 */
export async function yamlLiteral(text: string): Promise<Dictionary | List | undefined> {
  const { LineCounter, parseDocument, isMap, isScalar, isSeq } = await import('yaml');
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  if (doc.errors.length > 0) return undefined;
  const literal = (node: unknown): Literal => {
    const { line } = lines.linePos((node as Node | null)?.range?.[0] ?? 0);
    if (isSeq(node)) return { kind: 'list', line, items: node.items.map(literal) };
    if (isMap(node)) {
      const entries = node.items.map(({ key, value }: Pair) => ({
        key: literal(key),
        value: literal(value),
      }));
      return { kind: 'dictionary', line, entries };
    }
    if (!isScalar(node) || typeof node.value !== 'string')
      return { kind: 'other', line, source: String(node) };
    const comment = node.comment?.trim();
    return { kind: 'text', line, text: node.value, ...(comment ? { comment } : {}) };
  };
  const whole = literal(doc.contents);
  return whole.kind === 'dictionary' || whole.kind === 'list' ? whole : undefined;
}
