import { describe, expect, it } from 'vitest';
import type { Agent, AgentResult } from '../../gateway/agents/agent.ts';
import { eventually } from '../harness/eventually.ts';
import { Recorder, turnInput } from './recorder.ts';

/** What an agent can be made to do. An agent kind supports those that can happen to it. */
export type Behaviour =
  | 'answers'
  | 'takes-a-step'
  | 'says-something-then-hangs'
  | 'ignores-the-interrupt'
  | 'crashes-in-mid-turn'
  | 'prints-garbage'
  | 'floods'
  | 'says-a-lot'
  | 'pours'
  | 'says-nothing'
  | 'exits-at-start'
  | 'speaks-another-version'
  | 'is-missing'
  | 'resumes';

/** An agent and the message that makes it behave. */
export interface Subject {
  readonly agent: Agent;
  readonly text: string;
}

/** For each behaviour, the way to make an agent that has it; what is absent cannot happen to this kind. */
export type Subjects = Partial<Record<Behaviour, () => Subject | Promise<Subject>>>;

/** A hard bound on every run: far above what is needed, below the test's own. */
const BOUND_MS = 20_000;

export async function within(
  result: Promise<AgentResult>,
  ms: number = BOUND_MS,
): Promise<AgentResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the run did not end within ${ms} ms`)), ms);
  });
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

/** What every agent owes the gateway, whatever it is made of. */
export function agentContract(kind: string, subjects: Subjects): void {
  const begin = async (behaviour: Behaviour, more: Parameters<typeof turnInput>[1] = {}) => {
    const subject = await (subjects[behaviour] as () => Subject | Promise<Subject>)();
    const sink = new Recorder();
    const abort = new AbortController();
    const go = () => subject.agent.start(turnInput(subject.text, more), sink, abort.signal);
    return { ...subject, sink, abort, go };
  };
  const when = (behaviour: Behaviour, title: string, run: () => Promise<void>) => {
    if (subjects[behaviour] !== undefined) it(title, run);
  };

  describe(`${kind} as an agent`, () => {
    when('answers', 'proves that it can start, answers, streams what it answers', async () => {
      const { agent, sink, go } = await begin('answers');
      await agent.probe(AbortSignal.timeout(BOUND_MS));
      const result = await within(go().result);
      expect(result).toMatchObject({ end: 'answered' });
      expect(result.text.trim()).not.toBe('');
      expect(sink.said).toBe(result.text);
      await agent.close();
    });

    when('answers', 'serves two sessions at once', async () => {
      const { agent, text } = await begin('answers');
      const run = (session: string) =>
        agent.start(turnInput(text, { session, lane: session }), new Recorder(), neverAborts())
          .result;
      const results = await Promise.all([within(run('one')), within(run('two'))]);
      expect(results.map((r) => r.end)).toEqual(['answered', 'answered']);
      await agent.close();
    });

    when('answers', 'ends a turn that was aborted before it began', async () => {
      const { agent, abort, go, sink } = await begin('answers');
      abort.abort();
      expect(await within(go().result)).toMatchObject({ end: 'cancelled' });
      expect(sink.started).toEqual([]);
      await agent.close();
    });

    when('takes-a-step', 'tells of a step before it ends and ends it', async () => {
      const { agent, sink, go } = await begin('takes-a-step');
      expect(await within(go().result)).toMatchObject({ end: 'answered' });
      const id = sink.started[0]?.id as string;
      expect(sink.order.indexOf(`step:${id}`)).toBeLessThan(sink.order.indexOf(`end:${id}:done`));
      expect(sink.ended).toContainEqual(expect.objectContaining({ id, state: 'done' }));
      await agent.close();
    });

    when(
      'says-something-then-hangs',
      'R21 ends soon after an abort, with what it said',
      async () => {
        const { agent, sink, abort, go } = await begin('says-something-then-hangs');
        const { result } = go();
        await eventually('it said something', () => sink.said !== '');
        abort.abort();
        const ended = await within(result);
        expect(ended.end).toBe('cancelled');
        expect(ended.text).not.toBe('');
        await agent.close();
      },
    );

    when('says-something-then-hangs', 'ends whenever it is aborted', async () => {
      const { agent, text } = await begin('says-something-then-hangs');
      for (const ms of [0, 1, 10, 40, 120]) {
        const abort = AbortSignal.timeout(ms);
        const run = agent.start(turnInput(text), new Recorder(), abort);
        expect(await within(run.result)).toMatchObject({ end: 'cancelled' });
      }
      await agent.close();
    });

    when('says-something-then-hangs', 'is closed in the middle of a turn', async () => {
      const { agent, sink, go } = await begin('says-something-then-hangs');
      const { result } = go();
      await eventually('it said something', () => sink.said !== '');
      await agent.close();
      expect((await within(result)).end).not.toBe('answered');
    });

    when('ignores-the-interrupt', 'R21 R25 ends although it ignores the interrupt', async () => {
      const { agent, sink, abort, go } = await begin('ignores-the-interrupt');
      const { result } = go();
      await eventually('it said something', () => sink.said !== '');
      abort.abort();
      expect(await within(result)).toMatchObject({ end: 'cancelled' });
      await agent.close();
    });

    const failures = {
      'crashes-in-mid-turn': 'reports a crash in mid-turn as failed, with what it had said',
      'prints-garbage': 'reports garbage as failed, with what it had said',
      floods: 'ends a flood of output as failed',
      'says-nothing': 'reports an empty answer as failed, never as a good one',
      'exits-at-start': 'reports an end at start-up as failed',
      'speaks-another-version': 'reports another protocol version as failed',
      'is-missing': 'reports a missing program or server as failed',
    } as const satisfies Partial<Record<Behaviour, string>>;
    for (const [behaviour, title] of Object.entries(failures)) {
      when(behaviour as Behaviour, title, async () => {
        const { agent, sink, go } = await begin(behaviour as Behaviour);
        const result = await within(go().result);
        expect(result.end).toBe('failed');
        expect((result as { error: string }).error).toMatch(/\S/);
        if (sink.said !== '') expect(result.text).toBe(sink.said);
        if (['crashes-in-mid-turn', 'prints-garbage'].includes(behaviour)) {
          expect(sink.said).not.toBe('');
        }
        await agent.close();
      });
    }

    when('is-missing', 'says in its probe what is missing and what to do', async () => {
      const { agent } = await begin('is-missing');
      await expect(agent.probe(AbortSignal.timeout(BOUND_MS))).rejects.toThrow(/\S+.*(;|\.)/);
      await agent.close();
    });

    when('says-a-lot', 'gives a long answer whole to a consumer that is slow', async () => {
      const { agent, sink, go } = await begin('says-a-lot');
      const quick = sink.text.bind(sink);
      let n = 0;
      sink.text = (delta) => {
        n += 1;
        // Blocks now and then, as a busy event loop does.
        if (n % 20 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
        quick(delta);
      };
      const result = await within(go().result);
      expect(result.end).toBe('answered');
      expect(sink.said).toBe(result.text);
      expect(result.text.length).toBeGreaterThan(50_000);
      await agent.close();
    });

    when('pours', 'stops pouring out 100 MB as soon as the gateway has had enough', async () => {
      const { agent, sink, abort, go } = await begin('pours');
      const enough = 1_048_576;
      let said = 0;
      sink.text = (delta) => {
        said += delta.length;
        if (said > enough) abort.abort();
      };
      const result = await within(go().result);
      expect(result.end).toBe('cancelled');
      expect(result.text.length).toBeGreaterThan(enough);
      expect(result.text.length).toBeLessThan(40 * enough);
      await agent.close();
    });

    when('resumes', 'R23 takes a cut-off turn up, knowing which steps had run', async () => {
      const { agent, go } = await begin('resumes', {
        attempt: 2,
        priorSteps: [
          { id: 'second-1', name: 'work', argsHash: '', state: 'done', attempt: 1, startedAt: 0 },
        ],
      });
      expect(agent.capabilities.resume).toBe(true);
      const result = await within(go().result);
      expect(result.end).toBe('answered');
      expect(result.text).toContain('second-1');
      await agent.close();
    });
  });
}

function neverAborts(): AbortSignal {
  return new AbortController().signal;
}
