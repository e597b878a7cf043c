import { randomBytes } from 'node:crypto';
import { LISTEN_DEFAULT } from '../config/listen.ts';
import { BUSY_MODES } from '../core/message.ts';
import { isLoopback } from '../platforms/web/http/guard.ts';
import { askForAccounts } from './accountQuestions.ts';
import { askForAgent } from './agentQuestions.ts';
import type { Answers } from './answers.ts';
import type { ConfigDocument } from './configDocument.ts';
import type { Flags } from './flags.ts';
import type { Prompts } from './prompts.ts';

export interface Interview {
  readonly flags: Flags;
  /** The configuration as it is: what it says is the answer that is offered. */
  readonly now: ConfigDocument;
  /** Undefined where nobody is to be asked: then only the flags count. */
  readonly prompts: Prompts | undefined;
  readonly warn: (message: string) => void;
  /** Where programs are found. */
  readonly path: string | undefined;
}

const BUSY = {
  interrupt: 'ends the answer and takes its place',
  queue: 'waits until the answer is there',
  steer: 'goes into the answer, where the agent can',
} as const;

/** Asks for everything that no flag says. */
export async function interview(asked: Interview): Promise<Answers> {
  const { flags } = asked;
  const agent = await askForAgent(asked);
  const accounts = await askForAccounts(asked);
  const busyMode = flags.busyMode ?? (await askForBusyMode(asked));
  const port = flags.port ?? (await askForPort(asked));
  return {
    ...(agent === undefined ? {} : { agent }),
    ...accounts,
    ...(busyMode === undefined ? {} : { busyMode }),
    ...(port === undefined ? {} : { port }),
    ...(flags.host === undefined ? {} : { host: flags.host, ...webToken(flags.host, asked.now) }),
    ...(flags.drainTimeout === undefined ? {} : { drainTimeout: flags.drainTimeout }),
  };
}

/** An address that others can reach needs a token; one is made where there is none. */
function webToken(host: string, now: ConfigDocument): { webToken?: string } {
  const web = ['platforms', 'web'];
  const has = now.has([...web, 'token_file']) || now.has([...web, 'token_env']);
  return isLoopback(host) || has ? {} : { webToken: randomBytes(24).toString('base64url') };
}

async function askForBusyMode({ prompts, now }: Interview): Promise<string | undefined> {
  const before = now.get(['display', 'busy_input_mode']);
  const asked = await prompts?.select(
    'Somebody writes while an answer is on its way. The new message …',
    BUSY_MODES.map((value) => ({ value: String(value), label: BUSY[value], hint: value })),
    String(before ?? 'interrupt'),
  );
  return before === undefined && asked === 'interrupt' ? undefined : asked;
}

async function askForPort({ prompts, now }: Interview): Promise<number | undefined> {
  const before = now.get(['platforms', 'web', 'port']);
  const asked = await prompts?.text('On which port is the page?', {
    initial: String(before ?? LISTEN_DEFAULT.port),
    validate: (value) =>
      /^\d{1,5}$/.test(value) && Number(value) <= 65_535 ? undefined : 'A number up to 65535.',
  });
  if (asked === undefined || (before === undefined && Number(asked) === LISTEN_DEFAULT.port)) {
    return undefined;
  }
  return Number(asked);
}
