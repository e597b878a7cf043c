import { describe, expect, it } from 'vitest';
import { Conversation } from '../../../gateway/cli/actions/chat/conversation.ts';
import type { Progress } from '../../../gateway/core/progress.ts';

const LANE = 'terminal:local:shell::owner';

function shown() {
  const lines: string[] = [];
  let status = '';
  const view = {
    line: (text: string) => void lines.push(text),
    more: (text: string) => void lines.push(`+${text}`),
    endReply: () => {},
    status: (text: string) => {
      status = text;
    },
  };
  const conversation = new Conversation(LANE, view, () => 0);
  const tell = (progress: object, source = 'i1') =>
    conversation.progress({ lane: LANE, ...progress } as Progress, source);
  const started = (turn: string, message: string, attempt = 1, source = 'i1') =>
    tell({ type: 'started', turn, messages: [message], session: 's', attempt }, source);
  const settled = (message: string, text: string) =>
    conversation.settle({ message, outcome: 'answered', text });
  return { conversation, lines, tell, started, settled, status: () => status };
}

describe('a conversation as it is shown', () => {
  it('completes a reply that was seen growing, and shows one whole that was not', () => {
    const { lines, tell, started, settled } = shown();
    started('t1', 'm1');
    tell({ type: 'text', turn: 't1', delta: 'one ' });
    settled('m1', 'one two');
    settled('m1', 'one two');
    settled('m2', 'three');
    expect(lines).toEqual(['+one ', '+two', 'three']);
  });

  it('counts nothing as running whose reply came before its stream told of it', () => {
    const { conversation, settled, started, tell, status } = shown();
    conversation.accepted('m1', 'hello');
    settled('m1', 'hi');
    started('t1', 'm1');
    tell({ type: 'text', turn: 't1', delta: 'hi' });
    tell({ type: 'ended', turn: 't1', end: 'answered' });
    expect(conversation.running).toBeUndefined();
    expect(status()).toBe('');
  });

  it('shows a reply whole whose stream broke, and what is taken up again', () => {
    const { conversation, lines, tell, started, settled } = shown();
    started('t1', 'm1');
    tell({ type: 'text', turn: 't1', delta: 'half' });
    conversation.gone('i1');
    started('t1', 'm1', 2, 'i2');
    tell({ type: 'text', turn: 't1', delta: 'Going on. ' }, 'i2');
    settled('m1', 'Going on. Done.');
    expect(lines).toEqual([
      '+half',
      '(it was cut off, and is taken up again)',
      '+Going on. ',
      '+Done.',
    ]);
    started('t2', 'm2', 1, 'i2');
    tell({ type: 'text', turn: 't2', delta: 'abc' }, 'i2');
    conversation.gone('i2');
    tell({ type: 'text', turn: 't2', delta: 'ghi' }, 'i3');
    settled('m2', 'another');
    expect(lines.slice(-3)).toEqual([
      '+abc',
      '(the connection broke; this is the whole answer:)',
      'another',
    ]);
  });

  it('says the same notice once that two streams bring, and nothing of other conversations', () => {
    const { lines, tell } = shown();
    tell({ type: 'notice', text: 'Got it.' });
    tell({ type: 'notice', text: 'Got it.' }, 'i2');
    tell({ type: 'notice', text: 'not yours', lane: 'telegram:default:1' });
    expect(lines).toEqual(['Got it.']);
  });
});
