import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ContentBlock, PromptCapabilities } from '@agentclientprotocol/sdk';
import type { Attachment, TranscriptEntry } from '../../core/message.ts';
import type { TurnInput } from '../agent.ts';
import type { AgentDeps } from '../deps.ts';

/** How much of an earlier conversation a fresh session is told, in characters. */
const RETOLD = 40_000;

export interface PromptContext {
  readonly cwd: string;
  readonly can: PromptCapabilities;
  /** The agent's own session is new although the conversation is not. */
  readonly retell: boolean;
  readonly readFile: AgentDeps['readFile'];
}

/**
 * What an agent is sent for a turn: where needed what came before and what an earlier attempt had
 * begun, then the message; images as the agent can take them, other files as links into its folder
 * (every agent has to take links).
 */
export async function promptOf(
  input: TurnInput,
  context: PromptContext,
  signal: AbortSignal,
): Promise<ContentBlock[]> {
  const preface = [
    context.retell ? retold(await input.history()) : '',
    input.attempt > 1 ? interrupted(input) : '',
  ].filter((part) => part !== '');
  const blocks: ContentBlock[] = [];
  const text = [...preface, input.text].filter((part) => part !== '').join('\n\n');
  if (text !== '') blocks.push({ type: 'text', text });
  for (const [n, file] of input.attachments.entries()) {
    blocks.push(await blockOf(file, `${input.turn}-${n}`, context, signal));
  }
  return blocks;
}

function retold(history: readonly TranscriptEntry[]): string {
  if (history.length === 0) return '';
  const whole = history.map((line) => `${line.role}: ${line.text}`).join('\n\n');
  const told = whole.length > RETOLD ? `…${whole.slice(-RETOLD)}` : whole;
  return `[This conversation has been going on. What was said so far:]\n\n${told}\n\n[It goes on with this message:]`;
}

function interrupted({ attempt, priorSteps }: TurnInput): string {
  const steps = priorSteps.map(
    (s) =>
      `- ${s.name} (${s.id}): ${s.state === 'started' ? 'begun, may have taken effect' : s.state}`,
  );
  const begun =
    steps.length === 0 ? 'No step had begun.' : `These steps had begun:\n${steps.join('\n')}`;
  return `[You were cut off while working on the following message; this is attempt ${attempt}. ${begun}\nLook at what has been done already and do not repeat side effects. The message:]`;
}

async function blockOf(
  file: Attachment,
  label: string,
  { can, cwd, readFile }: PromptContext,
  signal: AbortSignal,
): Promise<ContentBlock> {
  const name = file.name ?? file.kind;
  if (readFile === undefined) {
    return { type: 'text', text: `[${file.kind} "${name}": not available here]` };
  }
  const bytes = await readFile(file, signal);
  const type = file.type ?? (file.kind === 'photo' ? 'image/jpeg' : 'application/octet-stream');
  if (can.image === true && type.startsWith('image/')) {
    return { type: 'image', data: Buffer.from(bytes).toString('base64'), mimeType: type };
  }
  // The name comes from a stranger: it is only a label, never a path.
  const safe = `${label}-${name}`.replaceAll(/[^\p{L}\p{N}._-]/gu, '_').slice(-120);
  const path = join(cwd, safe);
  // Repeated for a later attempt of the same turn; never through a link that lies there.
  await writeFile(path, bytes, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return { type: 'resource_link', name, uri: pathToFileURL(path).href, mimeType: type };
}
