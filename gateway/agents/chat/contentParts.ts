import type { Piece } from './reasoning.ts';

/**
 * The content of an answer: a text, or a list of parts (Mistral's reasoning models, servers that pass on
 * other APIs' parts). A part of a kind that is no text has nothing that a person could read.
 */
export function partsOf(content: unknown): Piece[] {
  if (typeof content === 'string') return content === '' ? [] : [{ kind: 'text', text: content }];
  if (Array.isArray(content)) return content.flatMap(partsOf);
  if (typeof content !== 'object' || content === null) return [];
  const { type, text, thinking, reasoning, value } = content as Record<string, unknown>;
  const thought = thinking ?? reasoning;
  if (thought !== undefined)
    return partsOf(thought).map((part) => ({ kind: 'thought', text: part.text }));
  const inner = partsOf(text ?? value);
  return type === 'thinking' || type === 'reasoning'
    ? inner.map((part) => ({ kind: 'thought', text: part.text }))
    : inner;
}
