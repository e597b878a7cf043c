import { describe, expect, it } from 'vitest';
import { createDemoAgent } from '../../gateway/agents/demo/demoAgent.ts';
import { wordsOf } from '../../gateway/agents/demo/words.ts';
import type { StepRecord } from '../../gateway/core/turn.ts';
import { ManualClock } from '../harness/clock.ts';
import { Recorder, turnInput } from './recorder.ts';

function start(text: string, more: Parameters<typeof turnInput>[1] = {}) {
  const clock = new ManualClock();
  const agent = createDemoAgent({ clock });
  const sink = new Recorder();
  const abort = new AbortController();
  const run = agent.start(turnInput(text, more), sink, abort.signal);
  return { clock, agent, sink, abort, run };
}

describe('the demo agent', () => {
  it('says that it is the demo agent and how to connect a real one', async () => {
    const { run, sink } = start('hello');
    const result = await run.result;
    expect(result).toMatchObject({ end: 'answered' });
    expect(result.text).toContain('demo agent');
    expect(result.text).toContain('hello');
    expect(result.text).toContain('docs/agents.md');
    expect(sink.said).toBe(result.text);
  });

  it('says /say back exactly, word by word, without waiting for time to pass', async () => {
    const text = ' two  words 👋\n and a line ';
    const { run, sink } = start(`/say ${text}`);
    expect((await run.result).text).toBe(text);
    expect(sink.said).toBe(text);
    expect(sink.deltas.length).toBeGreaterThan(3);
  });

  it('calls /say without a text failed, not answered', async () => {
    expect(await start('/say').run.result).toMatchObject({ end: 'failed' });
  });

  it('works N seconds with one visible step a second', async () => {
    const { run, sink, clock } = start('/busy 3');
    await clock.advance(1_000);
    expect(sink.order.filter((o) => o !== 'text')).toEqual([
      'step:second-1',
      'end:second-1:done',
      'step:second-2',
    ]);
    await clock.advance(2_000);
    expect(await run.result).toMatchObject({
      end: 'answered',
      text: 'Working for 3 s: 1 2 3. Done.',
    });
  });

  it('R21 ends soon after an abort and keeps what it said', async () => {
    const { run, clock, abort } = start('/busy 60');
    await clock.advance(1_500);
    abort.abort();
    expect(await run.result).toEqual({ end: 'cancelled', text: 'Working for 60 s: 1' });
  });

  it('R23 says which steps had run and goes on after them', async () => {
    const step = (id: string, state: StepRecord['state']): StepRecord => ({
      id,
      name: 'work',
      argsHash: '',
      state,
      attempt: 1,
      startedAt: 0,
    });
    const priorSteps = [step('second-1', 'done'), step('second-2', 'started')];
    const { run, clock, sink } = start('/busy 3', { attempt: 2, priorSteps });
    await clock.advance(2_000);
    const { text } = await run.result;
    expect(text).toContain('second-1 (done), second-2 (cut off)');
    expect(sink.started.map((s) => s.args)).toEqual([{ second: 2 }, { second: 3 }]);
  });

  it('takes text into a running turn, and refuses it once the turn is over', async () => {
    const { run, clock } = start('/busy 2');
    await clock.advance(500);
    expect(await run.steer?.('faster')).toBe(true);
    await clock.advance(2_000);
    expect((await run.result).text).toContain('(noted: faster)');
    expect(await run.steer?.('late')).toBe(false);
  });

  it('hangs until it is ended, and /stubborn ignores that for N seconds', async () => {
    const hung = start('/hang');
    await hung.clock.advance(3_600_000);
    hung.abort.abort();
    expect(await hung.run.result).toMatchObject({ end: 'cancelled' });

    const stubborn = start('/stubborn 7');
    let over = false;
    void stubborn.run.result.then(() => {
      over = true;
    });
    stubborn.abort.abort();
    await stubborn.clock.advance(6_900);
    expect(over).toBe(false);
    await stubborn.clock.advance(200);
    expect(over).toBe(true);
  });

  it('asks the person and says what was chosen', async () => {
    const { run, sink } = start('/ask');
    expect((await run.result).text).toBe('You chose: Yes.');
    expect(sink.questions[0]?.options.map((o) => o.label)).toEqual(['Yes', 'No']);
  });

  it('fails when told to and keeps what it had said', async () => {
    expect(await start('/fail').run.result).toMatchObject({
      end: 'failed',
      text: 'The demo agent began, but ',
    });
  });

  it('R21 repeats the same failing step for the loop detection to see', async () => {
    const { clock, sink, abort, run } = start('/loop');
    await clock.advance(500);
    abort.abort();
    expect(sink.ended.length).toBeGreaterThan(5);
    expect(new Set(sink.started.map((s) => JSON.stringify(s.args))).size).toBe(1);
    expect(await run.result).toMatchObject({ end: 'cancelled' });
  });

  it('says N words and can be ended in the middle of them', async () => {
    const long = await start('/long 1200').run.result;
    expect(long.text.split(' ')).toHaveLength(1200);
    const cut = start('/long 1000000');
    cut.abort.abort();
    expect(await cut.run.result).toMatchObject({ end: 'cancelled' });
  });

  it('ends its turns when it is closed', async () => {
    const { agent, run } = start('/hang');
    await agent.close();
    expect(await run.result).toMatchObject({ end: 'cancelled' });
  });

  it('cuts a text into words that join to the same text', () => {
    for (const text of ['', ' ', 'a', ' a  b ', '👋'.repeat(2000)]) {
      expect(wordsOf(text).join('')).toBe(text);
    }
  });
});
