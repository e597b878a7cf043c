import { RequestError } from '../../core/exit.ts';
import type { Host, Platform, Received, Settled } from '../platform.ts';

/** A message from somebody at the machine's own shell. */
export interface ShellMessage {
  /** Names the delivery: the same id again is the same message. */
  readonly id: string;
  readonly text: string;
  /** A conversation to go on with; one of its own name otherwise. */
  readonly session?: string;
}

export interface Terminal extends Platform {
  /** Hands a message in; `settled` follows when it was accepted. */
  say(
    message: ShellMessage,
    signal: AbortSignal,
  ): Promise<{ received: Received; settled?: Promise<Settled> }>;
}

/**
 * The shell as a platform: `sluice send` and `sluice chat` come in by the control socket, which only
 * the home's owner can open, so the sender is an owner. A reply takes effect by being in the
 * transcript; whoever waits for it is told by its message's id.
 */
export function createTerminal(): Terminal {
  let host: Host | undefined;
  return {
    platform: 'terminal',
    account: 'local',
    takeOver: 'shared',
    split: (text) => [text],
    sendClass: () => 'key-on-send',
    start: async (given) => {
      host = given;
    },
    stopReceiving: async () => {},
    send: async () => ({ ok: true }),
    liveness: () => ({ state: host === undefined ? 'starting' : 'live' }),
    close: async () => {},
    async say({ id, text, session }, signal) {
      if (host === undefined)
        throw new RequestError('The gateway is still starting; try again in a moment.');
      if (text.trim() === '')
        throw new RequestError('There is nothing to send: the text is empty.');
      const received = await host.receive({
        address: { platform: 'terminal', account: 'local', chat: session ?? 'shell' },
        updateId: id,
        sender: { id: 'owner', name: 'you', role: 'owner' },
        direct: true,
        text,
        attachments: [],
      });
      return received.accepted
        ? { received, settled: host.settled(received.id, signal) }
        : { received };
    },
  };
}
