import type { JsonValue } from '../core/message.ts';
import type { Shop } from '../instance/shop.ts';
import type { FollowUps } from '../intake/followUps.ts';
import type { Directive } from '../journal/journal.ts';
import type { Turns } from './turns.ts';

/**
 * Carries out small orders that other instances left for turns of this one. An order for a turn that
 * has ended meanwhile is moot: what it came with is in the queue and becomes the next turn.
 */
export async function obeyDirectives(
  shop: Shop,
  turns: Turns,
  followUps: FollowUps,
): Promise<void> {
  for (const directive of await shop.journal.takeDirectives(shop.instance)) {
    await obey(directive, turns, followUps);
  }
}

async function obey(directive: Directive, turns: Turns, followUps: FollowUps): Promise<void> {
  const active = turns.get(directive.turn);
  if (active === undefined) return;
  const payload = fields(directive.payload);
  switch (directive.kind) {
    case 'interrupt':
      active.cut(payload.why === 'stop' ? 'stop' : 'interrupt');
      break;
    case 'steer':
      await followUps.steer(directive.turn, payload.message ?? '', payload.text ?? '');
      break;
    case 'answer':
      await active.answer(payload.question ?? '', payload.option ?? '');
      break;
  }
}

function fields(payload: JsonValue | undefined): Record<string, string | undefined> {
  return (payload ?? {}) as Record<string, string | undefined>;
}
