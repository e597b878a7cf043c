import { describe, expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { startGateway } from '../harness/gateway.ts';
import { tempDir } from '../harness/temp.ts';

describe('choosing who answers', () => {
  it('/agent takes effect with the next turn, holds for its session, and survives a restart', async () => {
    const dir = tempDir();
    const g = await startGateway({ agent: 'demo', dir });
    expect((await g.ask('/agent')).text).toContain('Agent: demo');
    expect((await g.ask('/agent nobody')).text).toContain('There is no agent "nobody"');
    await g.ask('/agent hand');
    void g.say('one');
    await eventually('the other runs it', () => g.hand.runs.length === 1);
    g.hand.runs[0]?.say('by hand');
    expect((await g.ask('/say still the demo', { chat: 'elsewhere' })).text).toBe('still the demo');
    await g.gateway.stop(false);
    const next = await startGateway({ agent: 'demo', dir, generation: 2 });
    expect((await next.ask('/agent')).text).toContain('Agent: hand');
    void next.say('two');
    await eventually('the choice holds', () => next.hand.runs.length === 1);
  });

  it('/model is for the agent it was chosen for, is given to its turns, and can be taken back', async () => {
    const g = await startGateway({ agent: 'hand' });
    Object.assign(g.hand, { models: async () => ['small', 'big'] });
    expect((await g.ask('/model')).text).toContain('There are: small, big.');
    expect((await g.ask('/model huge')).text).toContain('There is no model "huge"');
    const modelOf = async (n: number) => {
      void g.say(`turn ${n}`);
      await eventually('it runs', () => g.hand.runs.length === n);
      g.hand.runs[n - 1]?.say('done');
      await eventually('it is over', async () => (await g.journal.counts()).open === 0);
      return g.hand.runs[n - 1]?.input.model;
    };
    await g.ask('/model big');
    expect(await modelOf(1)).toBe('big');
    await g.ask('/model default');
    expect(await modelOf(2)).toBeUndefined();
    await g.ask('/model big');
    await g.ask('/agent demo');
    expect((await g.ask('/model')).text).toBe(
      'Model: the agent’s own. This agent has no models to choose from.',
    );
    await g.ask('/agent hand');
    expect(await modelOf(3)).toBeUndefined();
  });

  it('what a turn used is told with its outcome', async () => {
    const g = await startGateway({ agent: 'hand' });
    const asking = g.ask('one');
    await eventually('it runs', () => g.hand.runs.length === 1);
    const usage = { inputTokens: 7, outputTokens: 2, cost: 0.5 };
    g.hand.runs[0]?.end({ end: 'answered', text: 'yes', usage });
    expect(await asking).toMatchObject({ text: 'yes', usage });
    const [session] = await g.gateway.operations.sessions({});
    expect(session?.usage).toEqual(usage);
  });
});
