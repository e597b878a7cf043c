import { createInterface } from 'node:readline';
import { controlClient } from '../../../control/client.ts';
import { TERMINAL_COMMANDS } from '../../../core/commands.ts';
import { laneKey } from '../../../core/lane.ts';
import { Conversation } from './conversation.ts';
import { Follower } from './follower.ts';
import { History } from './history.ts';
import { Interrupts } from './interrupts.ts';
import { Outbox } from './outbox.ts';
import { plainView } from './plainView.ts';
import { Screen, type Terminal } from './screen.ts';
import type { View } from './view.ts';

export interface ChatOptions {
  readonly home: string;
  /** The conversation's name. */
  readonly session: string;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
}

/** How much of the conversation is shown when it is gone on with. */
const SHOWN_BEFORE = 6;
const COUNT_MS = 100;

/** The lane of a conversation of this shell, as the terminal platform makes it. */
export function shellLane(session: string): string {
  const address = { platform: 'terminal', account: 'local', chat: session };
  return laneKey({ address, direct: true, sender: { id: 'owner', role: 'owner' } }, 'shared');
}

/**
 * A chat with the gateway of a home, until the person leaves. On a terminal with a screen; otherwise
 * each line of the input is a message, and it ends when the last has its outcome.
 * @throws NotRunning when no gateway runs; later absences are waited out.
 */
export async function chat(options: ChatOptions): Promise<void> {
  const { home, session, stdin, stdout, stderr } = options;
  const client = controlClient(home);
  const status = await client.status();
  const ending = new AbortController();
  const lane = shellLane(session);

  const build = (view: View) => {
    const conversation = new Conversation(lane, view, () => performance.now());
    const count = counter(async () => {
      const waiting = await client.queue({ lane, limit: 100 }).catch(() => []);
      conversation.waiting(waiting.length);
    });
    const follower = new Follower(client, {
      progress: (progress, source) => {
        conversation.progress(progress, source);
        if ('lane' in progress && progress.lane === lane && progress.type !== 'text') count();
      },
      up: (now) => {
        conversation.up(now);
        count();
      },
      down: () => conversation.down(),
      gone: (source) => conversation.gone(source),
    });
    const outbox = new Outbox(
      home,
      session,
      {
        accepted: (message, text) => conversation.accepted(message, text),
        settled: (settled) => conversation.settle(settled),
        refused: (text, why) => view.line(`(not sent: ${why}: ${text})`, 'note'),
      },
      ending.signal,
    );
    return { conversation, outbox, follower };
  };

  if (!isTerminal(stdin, stdout)) {
    // Whole replies, in the order in which they are done: nobody watches them grow.
    const { outbox } = build(plainView(stdout, stderr));
    for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line.trim() !== '') outbox.send(line);
    await outbox.settled();
    return ending.abort();
  }

  const words = [
    ...(await client.commands()).map(({ name }) => `/${name}`),
    ...TERMINAL_COMMANDS.map(({ name }) => `/${name}`),
  ];
  const earlier = await before(client, lane);
  const history = new History(home);
  const interrupts = new Interrupts();
  const left = Promise.withResolvers<void>();
  const screen = new Screen({ input: stdin, output: stdout } as Terminal, history.load(), {
    complete: (line) =>
      line.startsWith('/') && !line.includes(' ') ? words.filter((w) => w.startsWith(line)) : [],
    leave: () => left.resolve(),
    typed: (text) => {
      history.add(text);
      screen.line(text, 'you');
      if (/^\/(quit|exit)$/.test(text)) return left.resolve();
      outbox.send(text);
    },
    interrupt: (empty) => {
      const { running } = conversation;
      const now = performance.now();
      switch (interrupts.press(now, { empty, running: running !== undefined })) {
        case 'leave':
          return left.resolve();
        case 'hint':
          return screen.line('(Ctrl-C again leaves, like Ctrl-D or /quit)', 'note');
        case 'stop-turn':
          screen.line('(stopping the answer; Ctrl-C again leaves)', 'note');
          client
            .stopTurn(running as string, 'chat')
            .catch((error: Error) => screen.line(`(${error.message})`, 'note'));
          return;
        default:
          return;
      }
    },
  });
  const { conversation, outbox, follower } = build(screen);
  void follower.run(ending.signal);
  const { name } = status.agents.find((agent) => agent.isDefault) ?? { name: 'the agent' };
  screen.line(
    `Sluice ${status.version}, talking to ${name}. /help shows commands, Ctrl-D leaves.`,
    'note',
  );
  for (const { role, text } of earlier) screen.line(text, role === 'user' ? 'you' : 'reply');
  await left.promise;
  ending.abort();
  screen.close();
}

function isTerminal(stdin: NodeJS.ReadableStream, stdout: NodeJS.WritableStream): boolean {
  return (
    (stdin as { isTTY?: boolean }).isTTY === true && (stdout as { isTTY?: boolean }).isTTY === true
  );
}

/** The last lines of the conversation, where there is one. */
async function before(client: ReturnType<typeof controlClient>, lane: string) {
  const [session] = await client.sessions({ lane, limit: 1 });
  if (session === undefined || session.ended) return [];
  const entries = await client.transcript(session.id, { limit: SHOWN_BEFORE });
  return entries.filter(({ role }) => role !== 'system');
}

/** Runs at most once at a time and once in a while, and once more after the last call. */
function counter(run: () => Promise<void>): () => void {
  let pending = false;
  return () => {
    if (pending) return;
    pending = true;
    setTimeout(() => {
      pending = false;
      void run();
    }, COUNT_MS);
  };
}
