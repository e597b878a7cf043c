import { ask, keepAlive } from '../tests/harness/ask.ts';
import { withDaemon } from './daemon.ts';
import { at } from './table.ts';

const SESSIONS = 200;
const ROUNDS = 5;
const STAMP = /@(\d+\.\d+) /g;

export interface Through {
  /** Milliseconds from a token's leaving the model to the client, straight and by the gateway. */
  readonly direct: readonly number[];
  readonly gateway: readonly number[];
  /** Streams at once: from the first request to the last end, and the words that came in that time. */
  readonly many: { readonly ms: number; readonly words: number };
}

/**
 * Tokens on their whole way, model → agent → gateway → client of the chat API, beside the same client at
 * the model. `model` answers `stamps` with tokens that carry their time, and `many` with words.
 */
export function throughGateway(model: string): Promise<Through> {
  const config = [
    'agent: { default: model }',
    `agents: { model: { type: chat, base_url: "${model}", model: scripted } }`,
  ].join('\n');
  return withDaemon(
    async ({ port }) => {
      const straight = Number(new URL(model).port);
      await delays(port);
      const direct: number[] = [];
      const gateway: number[] = [];
      for (let n = 0; n < ROUNDS; n++) {
        direct.push(...(await delays(straight)));
        gateway.push(...(await delays(port)));
      }
      return { direct, gateway, many: await many(port) };
    },
    { config },
  );
}

async function delays(port: number): Promise<number[]> {
  const found: number[] = [];
  const piece = (text: string) => {
    for (const [, sent] of text.matchAll(STAMP))
      found.push(performance.timeOrigin + performance.now() - Number(sent));
  };
  await ask(port, { text: 'stamps', stream: true, piece });
  return found;
}

async function many(port: number): Promise<Through['many']> {
  const agent = keepAlive(SESSIONS + 10);
  const start = performance.now();
  const replies = await Promise.all(
    Array.from({ length: SESSIONS }, (_, n) =>
      ask(port, { text: 'many', session: `many-${n}`, stream: true, agent, withinMs: 120_000 }),
    ),
  );
  const ms = performance.now() - start;
  agent.destroy();
  const words = replies.reduce((n, { body }) => n + [...body.matchAll(/w\d+ /g)].length, 0);
  return { ms, words };
}

/** What the gateway adds at a quantile, in milliseconds. */
export function added({ direct, gateway }: Through, quantile: number): number {
  return at(gateway, quantile) - at(direct, quantile);
}
