import type { Clock } from '../../core/clock.ts';
import type { Agent, AgentResult, Run, TurnInput, TurnSink } from '../agent.ts';
import { DemoRun } from './run.ts';
import { type DemoOrder, readOrder, wordsOf } from './words.ts';

const CONNECT = 'To connect a real one, see docs/agents.md.';
const ECHO_LIMIT = 200;

/**
 * The embedded demonstration agent: the default, and the test bed of everything that can happen to a
 * turn. It is honest about being one.
 *
 * It echoes, unless the message starts with a word of its own: `/say TEXT`, `/long N`, `/busy N`
 * (a step a second), `/ask [TEXT]`, `/fail`, `/hang`, `/stubborn N` (ignores an interrupt for N
 * seconds), `/loop` (the same failing step again and again).
 */
export function createDemoAgent(deps: { readonly clock: Clock; readonly name?: string }): Agent {
  const closing = new AbortController();
  return {
    name: deps.name ?? 'demo',
    capabilities: { steer: true, resume: true, images: false, files: false },
    async probe() {},
    start(input, sink, signal): Run {
      const order = readOrder(input.text);
      if (input.attempt === 1 && (order.word === 'say' || order.word === 'echo')) {
        return { result: Promise.resolve(answerAtOnce(order, input, sink, signal)) };
      }
      const either = AbortSignal.any([signal, closing.signal]);
      const run = new DemoRun(input, sink, deps.clock, either);
      const rest = order.word === 'echo' ? echo(input) : order.rest;
      return { result: run.run({ ...order, rest }), steer: async (text) => run.steer(text) };
    },
    async close() {
      closing.abort();
    },
  };
}

/** The way without work: no timer, no listener, no waiting. */
function answerAtOnce(
  order: DemoOrder,
  input: TurnInput,
  sink: TurnSink,
  signal: AbortSignal,
): AgentResult {
  const text = order.word === 'say' ? order.rest : echo(input);
  if (signal.aborted) return { end: 'cancelled', text: '' };
  if (text.trim() === '') {
    return { end: 'failed', text: '', error: 'There is nothing to say: write /say and a text.' };
  }
  for (const word of wordsOf(text)) sink.text(word);
  return { end: 'answered', text };
}

function echo({ text, attachments }: TurnInput): string {
  const short = [...text.slice(0, ECHO_LIMIT * 2)].slice(0, ECHO_LIMIT).join('');
  const said = short.length < text.length ? `${short}…` : short;
  const files = attachments.length === 0 ? '' : ` (and ${attachments.length} file(s))`;
  return `This is the demo agent, which only repeats: “${said}”${files}. ${CONNECT}`;
}
