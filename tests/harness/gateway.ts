import { onTestFinished } from 'vitest';
import type { Agent, AgentResult, TurnInput, TurnSink } from '../../gateway/agents/agent.ts';
import { createDemoAgent } from '../../gateway/agents/demo/demoAgent.ts';
import { newId } from '../../gateway/assembly/ids.ts';
import { systemClock } from '../../gateway/assembly/systemClock.ts';
import type { Clock } from '../../gateway/core/clock.ts';
import type { Log } from '../../gateway/core/log.ts';
import type { Inbound } from '../../gateway/core/message.ts';
import type { Outbound } from '../../gateway/core/outbox.ts';
import { DEFAULTS, type Settings } from '../../gateway/core/settings.ts';
import { Gateway } from '../../gateway/instance/gateway.ts';
import type { GatewayParts } from '../../gateway/instance/gatewayParts.ts';
import type { Above } from '../../gateway/instance/orders/restartOrders.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import type { Host, Platform, SendResult } from '../../gateway/platforms/platform.ts';
import { Agents } from '../../gateway/turns/agents.ts';
import { ManualClock } from './clock.ts';
import { eventually } from './eventually.ts';
import { openTestJournal } from './journal.ts';
import { tempDir } from './temp.ts';

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A platform in memory whose `sent` is the other side's ledger. */
export class LedgerPlatform implements Platform {
  readonly platform = 'fake';
  readonly account = 'bot';
  takeOver: Platform['takeOver'] = 'shared';
  /** Starts and stops of its input, in order. */
  readonly input: string[] = [];
  readonly sent: Outbound[] = [];
  host: Host | undefined;
  sendClassIs: ReturnType<Platform['sendClass']> = 'key-on-send';
  /** What the next sends meet; when empty they succeed. */
  results: SendResult[] = [];

  split(text: string): readonly string[] {
    return text.match(/[\s\S]{1,1000}/g) ?? [''];
  }
  sendClass(): ReturnType<Platform['sendClass']> {
    return this.sendClassIs;
  }
  async start(host: Host): Promise<void> {
    this.host = host;
    this.input.push('start');
  }
  async stopReceiving(): Promise<void> {
    this.input.push('stop');
  }
  async send(row: Outbound): Promise<SendResult> {
    const result = this.results.shift() ?? { ok: true };
    if (result.ok) this.sent.push(row);
    return result;
  }
  liveness(): { state: 'live' | 'starting' } {
    return { state: this.host === undefined ? 'starting' : 'live' };
  }
  async close(): Promise<void> {}

  /** Texts in the order in which they arrived, of one chat. */
  texts(chat = 'chat'): string[] {
    return this.sent.filter((row) => row.address.chat === chat).map((row) => row.text);
  }
}

/** An agent whose runs a test ends by hand. */
export class HandAgent implements Agent {
  readonly name = 'hand';
  readonly capabilities = { steer: true, resume: false, images: true, files: true };
  readonly runs: {
    input: TurnInput;
    sink: TurnSink;
    signal: AbortSignal;
    end: (result: AgentResult) => void;
    say: (text: string) => void;
    steered: string[];
  }[] = [];
  /** Whether `steer` succeeds. */
  steerable = true;
  /** Whether an abort is obeyed. */
  obeys = true;

  async probe(): Promise<void> {}
  async close(): Promise<void> {}
  start(input: TurnInput, sink: TurnSink, signal: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<AgentResult>();
    const steered: string[] = [];
    let said = '';
    this.runs.push({
      input,
      sink,
      signal,
      steered,
      end: resolve,
      say: (text) => {
        said += text;
        sink.text(text);
        resolve({ end: 'answered', text: said });
      },
    });
    signal.addEventListener('abort', () => {
      if (this.obeys) resolve({ end: 'cancelled', text: said });
    });
    return {
      result: promise,
      steer: async (text: string) => {
        if (this.steerable) steered.push(text);
        return this.steerable;
      },
    };
  }
}

export interface TestGateway {
  readonly gateway: Gateway;
  readonly platform: LedgerPlatform;
  readonly journal: Journal;
  readonly hand: HandAgent;
  readonly dir: string;
  /** Hands a message in, as the platform would. */
  say(
    text: string,
    more?: Partial<Inbound> & { chat?: string; who?: string },
  ): ReturnType<Host['receive']>;
  /** Hands a message in and waits for its outcome. */
  ask(
    text: string,
    more?: Parameters<TestGateway['say']>[1],
  ): Promise<{ outcome: string; text: string }>;
}

/** Makes a message as a platform would hand it in. */
export function inbound(
  text: string,
  more: Partial<Inbound> & { chat?: string; who?: string } = {},
): Inbound {
  const { chat, who, ...rest } = more;
  return {
    address: { platform: 'fake', account: 'bot', chat: chat ?? 'chat' },
    updateId: newId(),
    sender: { id: who ?? 'ann', role: 'owner' },
    direct: true,
    text,
    attachments: [],
    ...rest,
  };
}

/**
 * The one way to build a gateway in a test's own process: real journal, a real instance, a platform in
 * memory. `agent: 'hand'` gives a gateway whose turns the test ends by hand.
 */
export async function startGateway(
  options: {
    settings?: Partial<Settings>;
    agent?: 'demo' | 'hand';
    clock?: Clock;
    dir?: string;
    generation?: number;
    /** Other instances that live, as a supervisor would tell. */
    alive?: readonly string[];
    platform?: LedgerPlatform;
    /** More accounts, and what else a gateway may be made of. */
    parts?: (journal: Journal) => Partial<GatewayParts>;
    instance?: string;
    /** A supervisor. */
    above?: Above;
    /** Called when the shared input is open. */
    receiving?: (gateway: Gateway) => Promise<void>;
  } = {},
): Promise<TestGateway> {
  const dir = options.dir ?? tempDir();
  const clock = options.clock ?? systemClock;
  const journal = await openTestJournal(dir);
  const platform = options.platform ?? new LedgerPlatform();
  const hand = new HandAgent();
  const agents = new Agents(
    new Map([
      ['demo', { agent: createDemoAgent({ clock }), type: 'demo' }],
      ['hand', { agent: hand as Agent, type: 'hand' }],
    ]),
    options.agent ?? 'demo',
    [],
  );
  const parts = options.parts?.(journal) ?? {};
  const gateway = new Gateway({
    journal,
    agents,
    settings: { ...DEFAULTS, ...options.settings },
    clock,
    newId,
    random: Math.random,
    log: silent,
    instance: options.instance ?? newId(),
    machine: 'here',
    generation: options.generation ?? 1,
    version: 'test',
    ...(options.above === undefined ? {} : { above: options.above }),
    ...parts,
    platforms: [platform, ...(parts.platforms ?? [])],
  });
  onTestFinished(async () => {
    let stopped = false;
    void gateway.stop(true).finally(() => {
      stopped = true;
    });
    await eventually('the gateway has stopped', async () => {
      // A clock that only the test moves would never let a bounded wait end.
      if (clock instanceof ManualClock) await clock.advance(1_000);
      return stopped;
    });
    await journal.close();
  });
  await gateway.join(AbortSignal.timeout(5_000));
  await gateway.serve(options.alive ?? [], () => options.receiving?.(gateway) ?? Promise.resolve());
  const host = platform.host as Host;
  const say: TestGateway['say'] = (text, more) => host.receive(inbound(text, more));
  return {
    gateway,
    platform,
    journal,
    hand,
    dir,
    say,
    ask: async (text, more) => {
      const received = await say(text, more);
      if (!received.accepted) return { outcome: received.refused, text: '' };
      return host.settled(received.id, AbortSignal.timeout(10_000));
    },
  };
}
