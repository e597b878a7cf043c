import { hash } from 'node:crypto';
import type { Inbound } from '../core/message.ts';

/** SHA-256 (hex) of what a message asks: its text and, if stateless, its history. Tells a retry from another request under the same id. */
export function bodyHash(message: Pick<Inbound, 'text' | 'stateless'>): string {
  return hash('sha256', JSON.stringify([message.text, message.stateless?.history ?? null]));
}
