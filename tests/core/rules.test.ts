import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gate, type WorkKind } from '../../gateway/core/admission.ts';
import { burstLength, mergeBurst, readyAt } from '../../gateway/core/burst.ts';
import { decideBusy } from '../../gateway/core/busy.ts';
import { COMMANDS, helpText, parseCommand } from '../../gateway/core/commands.ts';
import { ConfigError, exitCodeOf, JournalUnavailable } from '../../gateway/core/exit.ts';
import { laneAddress, laneKey } from '../../gateway/core/lane.ts';
import type { StoredMessage } from '../../gateway/core/message.ts';
import { effectiveState, type Order } from '../../gateway/core/order.ts';
import { reconciliationOf } from '../../gateway/core/outbox.ts';
import { isRefusal } from '../../gateway/core/refusal.ts';

type Item = Parameters<typeof burstLength>[0][number];
const item = (
  kind: 'photo' | 'voice' | 'document' | 'text',
  who: string,
  at: number,
  album?: string,
): Item => ({
  kind: 'message',
  sender: { id: who, role: 'guest' },
  receivedAt: at,
  attachments: kind === 'text' ? [] : [{ kind, ref: 'r' }],
  ...(album === undefined ? {} : { album }),
});

describe('the admission gate', () => {
  it('R03 counts every token it has granted, and admits nothing that its phase forbids', () => {
    const kinds: WorkKind[] = ['receive', 'turn', 'background', 'command', 'delivery'];
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...kinds),
            fc.constantFrom('draining', 'settling', 'closed', 'reopen', 'release'),
          ),
        ),
        (steps) => {
          const gate = new Gate(() => 0);
          const held: { release(): void }[] = [];
          for (const step of steps) {
            if (step === 'reopen') gate.reopen();
            else if (step === 'release') held.pop()?.release();
            else if (step === 'draining' || step === 'settling' || step === 'closed')
              gate.advance(step);
            else {
              const got = gate.admit(step as WorkKind, 'x');
              if (!isRefusal(got)) held.push(got);
              if (gate.phase !== 'open' && (step === 'turn' || step === 'background'))
                expect(isRefusal(got)).toBe(true);
              if (gate.phase === 'closed') expect(isRefusal(got)).toBe(true);
            }
            expect(gate.count()).toBe(held.length);
          }
        },
      ),
    );
  });

  it('tells when the last token of a kind is given back, and releasing twice changes nothing', async () => {
    const gate = new Gate(() => 0);
    const a = gate.admit('turn', 'a') as { release(): void };
    const b = gate.admit('turn', 'b') as { release(): void };
    let idle = false;
    const done = gate.idle('turn').then(() => {
      idle = true;
    });
    a.release();
    a.release();
    await Promise.resolve();
    expect(idle).toBe(false);
    b.release();
    await done;
    expect(gate.count()).toBe(0);
  });
});

describe('the busy rule', () => {
  const running = { draining: false, steerable: true, ending: false };
  it.each([
    ['queue', running, 'none'],
    ['interrupt', running, 'interrupt'],
    ['steer', running, 'steer'],
    ['steer', { ...running, steerable: false }, 'none'],
    ['interrupt', { ...running, ending: true }, 'none'],
  ] as const)('%s with %o: %s', (mode, turn, action) => {
    expect(decideBusy(mode, turn).action).toBe(action);
  });
  it('R19 in every mode a turn of a draining instance is left alone', () => {
    for (const mode of ['interrupt', 'queue', 'steer'] as const) {
      expect(decideBusy(mode, { ...running, draining: true }).action).toBe('none');
    }
  });
});

describe('the merge rule', () => {
  it('R20 merges photos of one sender within the window, and nothing else', () => {
    expect(
      burstLength([item('photo', 'a', 0), item('photo', 'a', 700), item('photo', 'a', 1400)], 800),
    ).toBe(3);
    expect(burstLength([item('photo', 'a', 0), item('photo', 'b', 1)], 800)).toBe(1);
    expect(burstLength([item('photo', 'a', 0), item('voice', 'a', 1)], 800)).toBe(1);
    expect(burstLength([item('document', 'a', 0), item('document', 'a', 1)], 800)).toBe(1);
    expect(burstLength([item('text', 'a', 0), item('text', 'a', 1)], 800)).toBe(1);
    expect(burstLength([item('photo', 'a', 0), item('photo', 'a', 900)], 800)).toBe(1);
    expect(burstLength([item('photo', 'a', 0, 'x'), item('photo', 'a', 9000, 'x')], 800)).toBe(2);
    expect(burstLength([], 800)).toBe(0);
  });
  it('waits for a burst that may grow, and for nothing that cannot', () => {
    expect(readyAt([item('photo', 'a', 100)], 800)).toBe(900);
    expect(readyAt([item('photo', 'a', 100), item('text', 'a', 200)], 800)).toBe(0);
    expect(readyAt([item('text', 'a', 100)], 800)).toBe(0);
  });
  it('keeps every caption and every attachment, in order', () => {
    const messages = [
      { text: 'one', attachments: [{ kind: 'photo', ref: '1' }] },
      { text: '', attachments: [{ kind: 'photo', ref: '2' }] },
      { text: 'two', attachments: [] },
    ] as unknown as StoredMessage[];
    expect(mergeBurst(messages)).toEqual({
      text: 'one\ntwo',
      attachments: [
        { kind: 'photo', ref: '1' },
        { kind: 'photo', ref: '2' },
      ],
    });
  });
});

describe('lanes', () => {
  it('R31 no two different conversations share a key, whatever characters their names hold', () => {
    const part = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(part, part, part, part, (chat, other, who, someone) => {
        const key = (c: string, s: string) =>
          laneKey(
            {
              address: { platform: 'p', account: 'a', chat: c },
              sender: { id: s, role: 'guest' },
              direct: true,
            },
            'shared',
          );
        expect(key(chat, who) === key(other, someone)).toBe(chat === other && who === someone);
      }),
    );
  });
  it('a group is one lane for all, or one for each sender, as configured', () => {
    const at = (s: string, mode: 'shared' | 'per-sender') =>
      laneKey(
        {
          address: { platform: 'p', account: 'a', chat: 'g', thread: 't' },
          sender: { id: s, role: 'guest' },
          direct: false,
        },
        mode,
      );
    expect(at('ann', 'shared')).toBe(at('bob', 'shared'));
    expect(at('ann', 'per-sender')).not.toBe(at('bob', 'per-sender'));
    expect(laneAddress(at('ann', 'shared'))).toEqual({
      platform: 'p',
      account: 'a',
      chat: 'g',
      thread: 't',
    });
  });
});

describe('slash commands', () => {
  it('finds a command by name, alias and addressed form, and leaves other words to the agent', () => {
    expect(parseCommand('/help')?.command.name).toBe('help');
    expect(parseCommand(' /RESET now ')).toMatchObject({ command: { name: 'new' }, args: 'now' });
    expect(parseCommand('/status@my_bot')?.command.name).toBe('status');
    for (const text of ['/busy 20', 'help', '/', '//help', '/help/me', 'say /help'])
      expect(parseCommand(text)).toBeUndefined();
  });
  it('has no word twice, and shows owners’ commands to owners only', () => {
    const words = COMMANDS.flatMap((c) => [c.name, ...c.aliases]);
    expect(new Set(words).size).toBe(words.length);
    expect(helpText('guest')).not.toContain('/restart');
    expect(helpText('owner')).toContain('/restart');
  });
});

describe('small rules', () => {
  it('R12 every ending has its exit code, from one function', () => {
    expect(exitCodeOf({ why: 'stopped' })).toBe(0);
    expect(exitCodeOf({ why: 'handed-over' })).toBe(0);
    expect(exitCodeOf({ why: 'restart' })).toBe(75);
    expect(exitCodeOf({ why: 'failed', error: new ConfigError('x') })).toBe(78);
    expect(exitCodeOf({ why: 'failed', error: new JournalUnavailable('x') })).toBe(1);
    expect(exitCodeOf({ why: 'failed', error: 'anything' })).toBe(1);
  });
  it('R07 an order past its deadline is timed out for whoever reads it', () => {
    const order = { state: 'open', deadline: 10 } as Order;
    expect(effectiveState(order, 10)).toBe('open');
    expect(effectiveState(order, 11)).toBe('timed-out');
    expect(effectiveState({ ...order, state: 'done' }, 11)).toBe('done');
  });
  it('R05 a send that was cut off is repeated only where the platform shows it once', () => {
    expect(reconciliationOf('key-on-send', 'hold')).toBe('resend');
    expect(reconciliationOf('edits', 'hold')).toBe('resend');
    expect(reconciliationOf('can-be-asked', 'resend-marked')).toBe('ask');
    expect(reconciliationOf('blind', 'resend-marked')).toBe('mark');
    expect(reconciliationOf('blind', 'hold')).toBe('hold');
  });
});
