import { RequestError } from '../../gateway/core/exit.ts';
import type { Operations } from '../../gateway/core/operations.ts';
import type { Order } from '../../gateway/core/order.ts';
import type { Status } from '../../gateway/core/status.ts';

/** What was asked of the fake, in order: name and arguments. */
export type Asked = readonly [name: string, ...args: unknown[]];

const PERSON = { platform: 'telegram', account: 'default', id: '9' };
const ADDRESS = { platform: 'web', account: 'default', chat: 'c1' };

export function fakeStatus(over: Partial<Status> = {}): Status {
  return {
    state: 'running',
    desired: 'running',
    instance: 'i-1',
    generation: 1,
    version: '0.1.0',
    pid: process.pid,
    startedAt: Date.now() - 60_000,
    at: Date.now(),
    ready: true,
    reasons: [],
    busyMode: 'interrupt',
    activeTurns: 0,
    queued: 0,
    turns: [],
    platforms: [
      { platform: 'web', account: 'default', state: 'live', where: 'http://127.0.0.1:7290' },
    ],
    agents: [{ name: 'demo', type: 'demo', isDefault: true }],
    others: [],
    ...over,
  };
}

export function fakeOrder(over: Partial<Order> = {}): Order {
  return {
    id: 'o-1',
    kind: 'restart',
    by: 'cli',
    mode: 'handover',
    force: false,
    createdAt: Date.now(),
    deadline: Date.now() + 60_000,
    state: 'open',
    ...over,
  };
}

/** Operations that note what they were asked and answer with something of the right shape. */
export class FakeOperations implements Operations {
  readonly asked: Asked[] = [];
  current: Status = fakeStatus();
  currentOrder: Order = fakeOrder();
  onRestart: () => void = () => {};
  onStop: () => void = () => {};

  #note(name: string, ...args: unknown[]): void {
    this.asked.push([name, ...args]);
  }

  async status() {
    return this.current;
  }
  async restart(request: Parameters<Operations['restart']>[0]) {
    this.#note('restart', request);
    this.onRestart();
    return this.currentOrder;
  }
  async cancelRestart() {
    this.#note('cancelRestart');
    if (this.currentOrder.state !== 'open') throw new RequestError('there is no open restart');
    return { ...this.currentOrder, state: 'cancelled' as const };
  }
  async drain(request: Parameters<Operations['drain']>[0]) {
    this.#note('drain', request);
    return fakeOrder({ kind: 'drain' });
  }
  async cancelDrain() {
    this.#note('cancelDrain');
    return fakeOrder({ kind: 'drain', state: 'cancelled' });
  }
  async order(id: string) {
    return id === this.currentOrder.id ? this.currentOrder : undefined;
  }
  async stop(request: Parameters<Operations['stop']>[0]) {
    this.#note('stop', request);
    this.onStop();
  }
  async sessions(filter: Parameters<Operations['sessions']>[0]) {
    this.#note('sessions', filter);
    return [this.#session('first\u001b[2J title')];
  }
  async transcript(session: string, page: Parameters<Operations['transcript']>[1]) {
    this.#note('transcript', session, page);
    return [{ role: 'user' as const, text: 'hello\u0007', seq: 1, at: Date.now() }];
  }
  async newSession(lane: string) {
    this.#note('newSession', lane);
    return this.#session('new');
  }
  async renameSession(session: string, title: string) {
    this.#note('renameSession', session, title);
  }
  async queue(filter: Parameters<Operations['queue']>[0]) {
    this.#note('queue', filter);
    return [];
  }
  async removeQueued(message: string, by: string) {
    this.#note('removeQueued', message, by);
  }
  async stopTurn(turn: string, by: string) {
    this.#note('stopTurn', turn, by);
  }
  async answer(turn: string, question: string, option: string) {
    this.#note('answer', turn, question, option);
  }
  async trace(message: string) {
    if (message !== 'm-1') throw new RequestError(`there is no message ${message}`);
    return {
      message: {
        id: 'm-1',
        lane: 'web:default:c1::ada',
        session: 's-1',
        who: 'Ada',
        text: 'hello',
        receivedAt: 1_000,
        address: ADDRESS,
        updateId: 'u-1',
        state: 'done' as const,
        outcome: 'answered' as const,
        reply: 'Hi',
      },
      events: [
        { message: 'm-1', name: 'accepted' as const, at: 1_000 },
        { message: 'm-1', name: 'started' as const, at: 1_020, detail: { attempt: 1 } },
        { message: 'm-1', name: 'answered' as const, at: 2_500 },
      ],
    };
  }
  async deadLetters() {
    return [this.#dead()];
  }
  async deadLetter(id: string) {
    if (id !== 'd-1') throw new RequestError(`there is no dead letter ${id}`);
    return this.#dead();
  }
  async retryDead(id: string) {
    this.#note('retryDead', id);
  }
  async dropDead(id: string) {
    this.#note('dropDead', id);
  }
  async pairings() {
    return [{ ...PERSON, name: 'Bob', state: 'asked' as const, code: 'ABCD2345', at: Date.now() }];
  }
  async approvePairing(code: string) {
    this.#note('approvePairing', code);
    if (code !== 'ABCD2345') throw new RequestError(`the code ${code} is not known`);
    return { ...PERSON, name: 'Bob', state: 'approved' as const, at: Date.now() };
  }
  async revokePairing(who: Parameters<Operations['revokePairing']>[0]) {
    this.#note('revokePairing', who);
  }
  commands() {
    return [{ name: 'help', aliases: ['h'], help: 'what there is', category: 'General' }];
  }
  agents() {
    return [{ name: 'demo', type: 'demo', isDefault: true }];
  }

  #session(title: string) {
    return {
      id: 's-1',
      lane: 'web:default:c1::ada',
      address: ADDRESS,
      title,
      createdAt: 1,
      lastAt: Date.now(),
      ended: false,
      messages: 3,
      usage: {},
    };
  }

  #dead() {
    return {
      id: 'd-1',
      what: 'message' as const,
      address: ADDRESS,
      text: 'please\nanswer',
      reason: 'the agent failed 3 times',
      at: 1_700_000_000_000,
    };
  }
}
