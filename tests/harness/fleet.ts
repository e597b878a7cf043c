import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Follower } from '../platforms/web/sse.ts';
import { type Daemon, spawnDaemon } from './daemon.ts';
import { tempDir } from './temp.ts';

/** A fleet's machine as a test has it: a home and processes of its own, on a journal that others share. */
export class Machine {
  readonly daemon: Daemon;

  constructor(
    url: string,
    schema: string,
    env: Readonly<Record<string, string>> = {},
    config?: string,
  ) {
    const dir = join(tempDir(), 'machine');
    mkdirSync(dir);
    this.daemon = spawnDaemon({
      dir,
      ...(config === undefined ? {} : { config }),
      env: {
        SLUICE_JOURNAL_URL: url,
        SLUICE_JOURNAL_SCHEMA: schema,
        // Long enough for a machine that other tests keep busy: one that lost its lease would come up anew.
        SLUICE_JOURNAL_LEASE: '6',
        ...env,
      },
    });
  }

  get at(): string {
    return `http://127.0.0.1:${this.daemon.port}`;
  }

  /** What the page at this machine sees. */
  look(): Follower {
    return new Follower(`${this.at}/api/events`);
  }

  /** Writes in a conversation as the page does; resolves with the message's id. */
  async say(chat: string, text: string): Promise<string> {
    const clientId = Math.random().toString(36).slice(2).padEnd(10, '0');
    const { id } = (await this.post('/api/messages', { clientId, chat, text })) as { id: string };
    return id;
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(this.at + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Asks as an HTTP client does; resolves with the pieces in the order in which they came. */
  async stream(session: string, text: string): Promise<string[]> {
    const response = await fetch(`${this.at}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-session-id': session },
      body: JSON.stringify({
        model: 'demo',
        stream: true,
        messages: [{ role: 'user', content: text }],
      }),
    });
    const pieces: string[] = [];
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() as string;
      for (const line of lines.filter((l) => l.startsWith('data: {'))) {
        const data = JSON.parse(line.slice(6)) as {
          choices?: { delta: { content?: string } }[];
        };
        const said = data.choices?.[0]?.delta.content;
        if (said) pieces.push(said);
      }
    }
    return pieces;
  }
}

/** Machines that share one journal and hear each other. */
export async function startFleet(
  url: string,
  schema: string,
  machines: number,
  config?: string,
): Promise<Machine[]> {
  const fleet = Array.from({ length: machines }, () => new Machine(url, schema, {}, config));
  await Promise.all(fleet.map(({ daemon }) => daemon.ready()));
  await Promise.all(
    fleet.map(({ daemon }) =>
      daemon.untilStatus('hears the others', ({ peers = [] }) => {
        return peers.length === machines - 1 && peers.every((peer) => peer.heard);
      }),
    ),
  );
  return fleet;
}
