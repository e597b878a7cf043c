import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type Clock, SECOND } from '../../core/clock.ts';
import { aborted, wait } from '../../core/wait.ts';
import type { AgentResult, TurnInput, TurnSink } from '../agent.ts';
import { type DemoOrder, wordsOf } from './words.ts';

/** A step of `/busy` is found again by its id, in which later attempts carry their number. */
const SECOND_ID = /^second-(\d+)/;

/** The demo agent's failing tool; a turn of it is ended by the gateway's loop detection. */
const LOOP_PAUSE_MS = 50;

/** One turn of the demo agent that takes time. `signal` aborts it. */
export class DemoRun {
  readonly #input: TurnInput;
  readonly #sink: TurnSink;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #text = '';
  #over = false;
  #notes: string[] = [];

  constructor(input: TurnInput, sink: TurnSink, clock: Clock, signal: AbortSignal) {
    this.#input = input;
    this.#sink = sink;
    this.#clock = clock;
    this.#signal = signal;
  }

  steer(text: string): boolean {
    if (this.#over || this.#signal.aborted) return false;
    this.#notes.push(text);
    return true;
  }

  /** Does what was ordered. Never rejects. */
  async run(order: DemoOrder): Promise<AgentResult> {
    try {
      await this.#obey(order);
      this.#takeNotes();
    } catch (error) {
      // A step that may not run any more: the turn was superseded.
      if (!this.#signal.aborted) return this.#failed((error as Error).message);
    } finally {
      this.#over = true;
    }
    if (this.#signal.aborted) return { end: 'cancelled', text: this.#text };
    if (order.word === 'fail') return this.#failed('The demo agent was told to fail.');
    return { end: 'answered', text: this.#text };
  }

  #failed(error: string): AgentResult {
    return { end: 'failed', text: this.#text, error };
  }

  async #obey(order: DemoOrder): Promise<void> {
    const { attempt, priorSteps } = this.#input;
    if (attempt > 1) {
      const ran = priorSteps.map((s) => `${s.id} (${s.state === 'started' ? 'cut off' : s.state})`);
      const what = ran.length === 0 ? 'no step had run' : `these steps had run: ${ran.join(', ')}`;
      this.#say(`Going on after an interruption, attempt ${attempt}; ${what}. `);
    }
    switch (order.word) {
      case 'busy':
        return this.#busy(order.n);
      case 'fail':
        return this.#say('The demo agent began, but ');
      case 'hang':
        return aborted(this.#signal);
      case 'stubborn':
        this.#say('Deaf to interrupts. ');
        await aborted(this.#signal);
        await wait(this.#clock, order.n * SECOND, new AbortController().signal);
        return;
      case 'ask':
        return this.#ask(order.rest);
      case 'loop':
        return this.#loop();
      case 'long':
        return this.#long(order.n);
      case 'say':
      case 'echo':
        return this.#say(order.rest);
    }
  }

  /** One step a second; what is left of one is a shorter step. A second that had ended is not worked again; one that was cut off is. */
  async #busy(seconds: number): Promise<void> {
    const { attempt, priorSteps } = this.#input;
    const done = priorSteps
      .filter((s) => s.state === 'done')
      .map((s) => Number(SECOND_ID.exec(s.id)?.[1] ?? 0));
    const from = Math.max(0, ...done) + 1;
    const last = Math.ceil(seconds);
    this.#say(from > last ? 'Nothing is left to do.' : `Working for ${seconds} s:`);
    for (let n = from; n <= last && !this.#signal.aborted; n++) {
      const id = attempt === 1 ? `second-${n}` : `second-${n}-attempt-${attempt}`;
      const title = `Working, second ${n} of ${last}`;
      await this.#sink.stepStarts({ id, name: 'work', args: { second: n }, title });
      const length = Math.min(1, seconds - n + 1) * SECOND;
      if (!(await wait(this.#clock, length, this.#signal))) return;
      await this.#sink.stepEnds(id, 'done');
      this.#takeNotes();
      this.#say(` ${n}`);
    }
    if (from <= last) this.#say('. Done.');
  }

  async #ask(question: string): Promise<void> {
    const options = [
      { id: 'yes', label: 'Yes' },
      { id: 'no', label: 'No' },
    ];
    const text = question.trim() === '' ? 'Shall I go on?' : question.trim();
    const id = `ask-${this.#input.turn}-${this.#input.attempt}`;
    const chosen = await this.#sink.ask({ id, text, options });
    const label = options.find((o) => o.id === chosen)?.label;
    this.#say(label === undefined ? 'Nobody answered in time.' : `You chose: ${label}.`);
  }

  async #loop(): Promise<void> {
    const { attempt } = this.#input;
    for (let n = 1; !this.#signal.aborted; n++) {
      const id = `loop-${attempt}-${n}`;
      await this.#sink.stepStarts({ id, name: 'open-door', args: { door: 'locked' } });
      await this.#sink.stepEnds(id, 'failed', 'The door is locked.');
      await wait(this.#clock, LOOP_PAUSE_MS, this.#signal);
    }
  }

  async #long(words: number): Promise<void> {
    for (let n = 1; n <= words && !this.#signal.aborted; n++) {
      this.#add(n === 1 ? 'word1' : ` word${n}`);
      if (n % 500 === 0) await yieldToOthers();
    }
  }

  #takeNotes(): void {
    for (const note of this.#notes.splice(0)) this.#say(` (noted: ${note})`);
  }

  #say(text: string): void {
    for (const word of wordsOf(text)) this.#add(word);
  }

  #add(delta: string): void {
    if (this.#signal.aborted) return;
    this.#text += delta;
    this.#sink.text(delta);
  }
}
