import { describe, expect, it } from 'vitest';
import type { Question } from '../../gateway/agents/agent.ts';
import type { Progress } from '../../gateway/core/progress.ts';
import { eventually } from '../harness/eventually.ts';
import { LedgerPlatform, startGateway, type TestGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';

const QUESTION: Question = {
  id: 'of-the-agent',
  text: 'May I: rm x?',
  options: [
    { id: 'yes', label: 'Allow' },
    { id: 'no', label: 'Reject' },
  ],
};

type Asked = Extract<Progress, { type: 'asked' }>;

/** The questions that a gateway's platforms were shown. */
function shownBy(g: TestGateway): Asked[] {
  const shown: Asked[] = [];
  g.gateway.subscribe((p) => {
    if (p.type === 'asked') shown.push(p);
  });
  return shown;
}

/** Starts the nth run and lets its agent ask. */
async function asks(g: TestGateway, n = 0, question: Question = QUESTION) {
  await eventually('it runs', () => g.hand.runs.length === n + 1);
  const run = g.hand.runs[n];
  const answer = run?.sink.ask(question);
  await eventually(
    'it waits',
    async () => (await g.gateway.status()).turns[0]?.waitingFor === 'human',
  );
  return { run, answer };
}

describe('a question to the person', () => {
  it('is written out where the platform has no buttons, and answered by its number or its words', async () => {
    const g = await startGateway({ agent: 'hand' });
    for (const [said, option] of [
      ['2', 'no'],
      ['allow', 'yes'],
    ] as const) {
      const asking = g.ask('do it');
      const { run, answer } = await asks(g, g.hand.runs.length);
      await eventually('it is written', () =>
        g.platform.texts().includes('May I: rm x?\n1. Allow\n2. Reject\nAnswer with a number.'),
      );
      expect(await g.ask(said)).toMatchObject({ outcome: 'answered', text: '' });
      expect(await answer).toBe(option);
      run?.say('done');
      expect(await asking).toMatchObject({ outcome: 'answered', text: 'done' });
      g.platform.sent.length = 0;
    }
  });

  it('is left alone by what is no answer: such a message does what it would do anyway', async () => {
    const g = await startGateway({ agent: 'hand' });
    const first = g.ask('do it');
    await asks(g);
    void g.say('3');
    expect(await first).toMatchObject({ outcome: 'cancelled' });
    await eventually('it is the next turn', () => g.hand.runs[1]?.input.text === '3');
  });

  it('is asked after the one before it, where an agent asks for several things at once', async () => {
    const g = await startGateway({ agent: 'hand' });
    void g.say('do it');
    const shown = shownBy(g);
    const { run, answer } = await asks(g);
    const second = run?.sink.ask({ ...QUESTION, text: 'May I: rm y?' });
    const { turn, question } = shown[0] as Asked;
    await g.gateway.operations.answer(turn, question.id, 'yes');
    expect(await answer).toBe('yes');
    await eventually('the second is shown', () => shown.length === 2);
    await g.gateway.operations.answer(turn, (shown[1] as Asked).question.id, 'no');
    expect(await second).toBe('no');
  });

  it('R21 survives a restart: the same buttons work, an answer in between counts, nothing is posted twice', async () => {
    const dir = tempDir();
    const platform = new LedgerPlatform();
    const first = await startGateway({ agent: 'hand', dir, platform });
    void first.say('do it');
    const shown = shownBy(first);
    await asks(first);
    const { turn, question } = shown[0] as Asked;
    await first.gateway.stop(false);

    const second = await startGateway({ agent: 'hand', dir, platform, generation: 2 });
    await eventually('it is taken up', () => second.hand.runs.length === 1);
    // The agent has not got to its question yet.
    await second.gateway.operations.answer(turn, question.id, 'yes');
    const again = await second.hand.runs[0]?.sink.ask({ ...QUESTION, id: 'another-id' });
    expect(again).toBe('yes');
    second.hand.runs[0]?.say('done');
    await eventually('it is answered', () => platform.texts().includes('done'));
    expect(platform.texts().filter((t) => t.includes('May I'))).toHaveLength(1);
    await expect(second.gateway.operations.answer(turn, question.id, 'no')).rejects.toThrow(
      /not open/,
    );
  });

  it('R21 is answered by number after a restart, and is told apart from a new one', async () => {
    const dir = tempDir();
    const first = await startGateway({ agent: 'hand', dir });
    void first.say('do it');
    await asks(first);
    await first.gateway.stop(false);
    const second = await startGateway({ agent: 'hand', dir, generation: 2 });
    const shown = shownBy(second);
    const { answer } = await asks(second);
    expect(shown.at(-1)).toMatchObject({ again: true });
    await second.say('1');
    expect(await answer).toBe('yes');
    const other = second.hand.runs[0]?.sink.ask({ ...QUESTION, text: 'May I: rm z?' });
    await eventually('it is shown', () => shown.at(-1)?.question.text === 'May I: rm z?');
    expect(shown.at(-1)?.again).toBeUndefined();
    await second.say('2');
    expect(await other).toBe('no');
  });

  it('R21 a turn that waits through many restarts is not given up', async () => {
    const dir = tempDir();
    const settings = { maxAttempts: 1 };
    let g = await startGateway({ agent: 'hand', dir, settings });
    void g.say('do it');
    for (const generation of [2, 3, 4]) {
      await asks(g);
      await g.gateway.stop(false);
      g = await startGateway({ agent: 'hand', dir, settings, generation });
    }
    const { answer } = await asks(g);
    await g.say('1');
    expect(await answer).toBe('yes');
  });

  it('R21 that nobody answers in time is a no, and the turn goes on', async () => {
    const g = await startGateway({ agent: 'hand', settings: { questionTimeout: 30 } });
    const asking = g.ask('do it');
    await eventually('it runs', () => g.hand.runs.length === 1);
    const run = g.hand.runs[0];
    expect(await run?.sink.ask(QUESTION)).toBeUndefined();
    run?.say('then not');
    expect(await asking).toMatchObject({ text: 'then not' });
  });
});
