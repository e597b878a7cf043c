import type { Clock, NewId } from '../core/clock.ts';
import { parseCommand } from '../core/commands.ts';
import { laneKey } from '../core/lane.ts';
import type { Inbound } from '../core/message.ts';
import type { Settings } from '../core/settings.ts';
import type { Journal, NewMessage } from '../journal/journal.ts';

export interface NewMessageDeps {
  readonly journal: Pick<Journal, 'sessions' | 'transcript'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: Pick<Settings, 'groups'>;
}

/** What the person means, as a message for the journal: some commands are messages in disguise. */
export async function newMessage(inbound: Inbound, deps: NewMessageDeps): Promise<NewMessage> {
  const { newId, settings, clock, journal } = deps;
  const id = newId();
  const home = laneKey(inbound, settings.groups);
  const lane = inbound.stateless === undefined ? home : `${home}:once:${id}`;
  const plain: NewMessage = { ...inbound, id, lane, kind: 'message', receivedAt: clock.now() };
  if (inbound.stateless !== undefined || inbound.attachments.length > 0) return plain;
  const parsed = parseCommand(inbound.text);
  if (parsed === undefined) return plain;
  const { command, args } = parsed;
  if (command.name === 'queue' && args !== '') return { ...plain, text: args, busy: 'queue' };
  if (command.name === 'background' && args !== '') {
    return { ...plain, kind: 'background', text: args, lane: `${lane}:background:${id}` };
  }
  if (command.name === 'retry') {
    const last = await lastQuestion(journal, lane);
    if (last !== undefined)
      return { ...plain, text: last.text, attachments: last.attachments ?? [], busy: 'queue' };
  }
  const atOnce = command.busy === 'at-once' || command.name === 'retry';
  return { ...plain, kind: 'command', atOnce };
}

/** What was asked last in the lane's session. */
async function lastQuestion(journal: NewMessageDeps['journal'], lane: string) {
  const [session] = await journal.sessions({ lane, limit: 1 });
  if (session === undefined) return undefined;
  const lines = await journal.transcript(session.id, { limit: 50 });
  return lines.filter((line) => line.role === 'user').at(-1);
}
