import { describe, expect, it } from 'vitest';
import { Drafts } from '../../../gateway/platforms/shared/drafts.ts';
import { ManualClock } from '../../harness/clock.ts';
import { silent } from '../../harness/gateway.ts';

const LANE = 'chat:bot:c:';

describe('a turn that is shown as it grows', () => {
  it('tells how far its plan is and which step runs, below what it has said', async () => {
    const clock = new ManualClock();
    const shown: string[] = [];
    const drafts = new Drafts(
      {
        typing: async () => {},
        post: async (_address, text) => {
          shown.push(text);
          return 'id';
        },
        edit: async (_address, _id, text) => {
          shown.push(text);
        },
        remove: async () => {},
      },
      {
        platform: 'chat',
        account: 'bot',
        stream: true,
        firstMs: 10,
        everyMs: () => 10,
        typingMs: 1_000,
        cut: (text) => text,
      },
      clock,
      silent,
    );
    drafts.keeper({ placeholder: async (_turn, id) => id });
    const turn = 't';
    const on = { lane: LANE, turn } as const;
    drafts.progress({ type: 'started', ...on, messages: ['m'], session: 's', attempt: 1 });
    const entries = [
      { text: 'Look', state: 'done' },
      { text: 'Write', state: 'started' },
      { text: 'Tell', state: 'pending' },
    ] as const;
    drafts.progress({ type: 'plan', ...on, entries });
    await clock.advance(20);
    drafts.progress({ type: 'step', ...on, step: { id: '1', name: 'edit', state: 'started' } });
    drafts.progress({ type: 'text', ...on, delta: 'So far.' });
    await clock.advance(20);
    expect(shown).toEqual(['⏳ 2/3 Write', 'So far.\n\n⏳ 2/3 Write: edit']);
    drafts.close();
  });
});
