import { SECOND } from '../../core/clock.ts';
import type { Usage } from '../../core/turn.ts';
import { aborted } from '../../core/wait.ts';
import type { AgentResult, TurnInput, TurnSink } from '../agent.ts';
import type { AgentDeps } from '../deps.ts';
import { ChildGroup, type ChildSpec, type Exit } from '../shared/childGroup.ts';
import { LineCutter, logLines } from '../shared/lines.ts';
import { type ProgramEvent, readEvent } from './events.ts';
import type { ProcessOptions } from './options.ts';

/**
 * One run of a program for one turn. It ends when the program has ended, for whatever reason: by
 * itself, because the turn was aborted, or because it broke a rule (`#broken`: the first one counts).
 */
export class ProcessRun {
  readonly #options: ProcessOptions;
  readonly #sink: TurnSink;
  readonly #signal: AbortSignal;
  readonly #deps: AgentDeps;
  readonly #program: string;
  #text = '';
  #bytes = 0;
  #broken: string | undefined;
  #result: Extract<ProgramEvent, { type: 'result' }> | undefined;
  #steps: Promise<void> = Promise.resolve();

  constructor(options: ProcessOptions, sink: TurnSink, signal: AbortSignal, deps: AgentDeps) {
    this.#options = options;
    this.#sink = sink;
    this.#signal = signal;
    this.#deps = deps;
    this.#program = options.command[0] as string;
  }

  /** @throws never, but for what `spawn` throws at once. */
  async run(input: TurnInput, spec: ChildSpec): Promise<AgentResult> {
    // Read before the program runs: it waits for nothing then.
    const told =
      this.#options.input === 'json' ? await jsonInput(input, this.#deps.pathOf) : input.text;
    const group = new ChildGroup(spec, this.#deps);
    const { child } = group;
    const end = () => void group.end();
    const late = this.#deps.clock.after(this.#options.timeout * SECOND, () => {
      this.#break(group, `was ended after ${this.#options.timeout} s (its timeout)`);
    });
    this.#signal.addEventListener('abort', end, { once: true });
    if (this.#signal.aborted) end();
    logLines(child.stderr, (line) =>
      this.#deps.log.info({ turn: input.turn, program: this.#program, line }, 'agent stderr'),
    );
    this.#read(group);
    child.stdin.end(told);
    const exit = await group.over;
    late.cancel();
    this.#signal.removeEventListener('abort', end);
    await Promise.race([this.#steps, aborted(this.#signal)]);
    return this.#judge(exit);
  }

  #read(group: ChildGroup): void {
    const { stdout } = group.child;
    const text = new TextDecoder();
    const lines = new LineCutter((line) => this.#line(group, line));
    const isText = this.#options.mode === 'text';
    stdout.on('data', (bytes: Buffer) => {
      if (this.#deaf) return;
      const room = this.#options.max_output - this.#bytes;
      this.#bytes += bytes.length;
      const part = bytes.length > room ? bytes.subarray(0, room) : bytes;
      if (isText) this.#say(text.decode(part, { stream: true }));
      else lines.push(part);
      if (bytes.length > room) {
        this.#break(group, `printed more than ${this.#options.max_output} bytes (max_output)`);
      }
    });
    stdout.on('end', () => {
      if (this.#deaf) return;
      if (isText) this.#say(text.decode());
      else lines.end();
    });
    stdout.on('error', () => {});
  }

  /** Nothing that comes now is part of the reply. */
  get #deaf(): boolean {
    return this.#signal.aborted || this.#broken !== undefined;
  }

  #say(delta: string): void {
    if (delta === '' || this.#deaf) return;
    this.#text += delta;
    this.#sink.text(delta);
  }

  #line(group: ChildGroup, line: string): void {
    if (line.trim() === '' || this.#deaf) return;
    try {
      this.#take(group, readEvent(line));
    } catch (error) {
      this.#break(group, (error as Error).message);
    }
  }

  #take(group: ChildGroup, event: ProgramEvent): void {
    switch (event.type) {
      case 'text':
        this.#say(event.delta);
        return;
      case 'thought':
        this.#sink.thought(event.delta);
        return;
      case 'result':
        this.#result ??= event;
        return;
      case 'step':
        this.#steps = this.#steps
          .then(() => this.#step(event))
          // Superseded: whatever the program does now, it must not go on.
          .catch(() => this.#break(group, 'went on in a turn that is over'));
    }
  }

  /** The program does not wait for us: the record is written as soon as it tells of the step. */
  #step(event: Extract<ProgramEvent, { type: 'step' }>): Promise<void> {
    const { id, name, args, title, state, summary } = event;
    if (state !== 'started') return this.#sink.stepEnds(id, state, summary);
    const step = { id, name, args: args ?? null };
    return this.#sink.stepStarts(title === undefined ? step : { ...step, title });
  }

  #break(group: ChildGroup, what: string): void {
    this.#broken ??= what;
    void group.end('SIGTERM');
  }

  #judge(exit: Exit): AgentResult {
    const usage = usageOf(this.#result);
    const text = this.#result?.text ?? this.#text;
    if (this.#signal.aborted) return { end: 'cancelled', text: this.#text, ...usage };
    const error = this.#broken ?? this.#result?.error ?? failureOf(exit, text);
    if (error === undefined) return { end: 'answered', text, ...usage };
    this.#deps.log.warn({ program: this.#program, exit, error }, 'agent program failed');
    return {
      end: 'failed',
      text,
      error: `The agent program "${this.#program}" ${error}.`,
      ...usage,
    };
  }
}

function failureOf(exit: Exit, text: string): string | undefined {
  if (exit.error !== undefined) return `could not be started (${exit.error.message})`;
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  if (exit.code !== 0) return `ended with exit code ${exit.code}; the log has its standard error`;
  return text.trim() === '' ? 'printed nothing' : undefined;
}

function usageOf(result: { usage?: object | undefined } | undefined): { usage?: Usage } {
  return result?.usage === undefined ? {} : { usage: result.usage as Usage };
}

/** One line of JSON with all that a program may want to know of its turn; files with their `path`. */
async function jsonInput(input: TurnInput, pathOf: AgentDeps['pathOf']): Promise<string> {
  const { turn, session, attempt, text, priorSteps, model } = input;
  const history = (await input.history()).map(({ role, text, attachments }) => ({
    role,
    text,
    ...(attachments === undefined ? {} : { attachments }),
  }));
  const attachments = input.attachments.map((file) => ({ ...file, path: pathOf?.(file) }));
  return `${JSON.stringify({ turn, session, attempt, text, attachments, history, priorSteps, model })}\n`;
}
