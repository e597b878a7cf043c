import { PRESET_NAMES, PRESETS, type PresetName } from '../agents/acp/presets.ts';
import { findProgram } from '../agents/shared/which.ts';
import { RequestError } from '../core/exit.ts';
import type { AgentAnswer } from './answers.ts';
import type { ConfigDocument } from './configDocument.ts';
import { type AgentKind, type Flags, secretFrom } from './flags.ts';
import type { Choice, Prompts } from './prompts.ts';

interface Asked {
  readonly flags: Flags;
  readonly now: ConfigDocument;
  /** Undefined where nobody is to be asked. */
  readonly prompts: Prompts | undefined;
  readonly path: string | undefined;
}

/** Which agent answers, and what that one needs. Undefined: as it is. */
export async function askForAgent(asked: Asked): Promise<AgentAnswer | undefined> {
  const { flags, now, prompts } = asked;
  const current = String(now.get(['agent', 'default']) ?? 'demo');
  const currentKind = String(now.get(['agents', current, 'type']) ?? 'demo');
  const kind = flags.agent ?? kindOf(flags) ?? (await chosen(prompts, current, currentKind, now));
  if (kind === undefined) return undefined;
  const found = await optionsOf(kind, asked, currentKind === kind ? current : undefined);
  const name =
    flags.agentName ?? (currentKind === kind ? current : freeName(found.name, kind, now));
  if (kind === 'demo' && !now.has(['agents']) && !now.has(['agent', 'default'])) return undefined;
  const options = { type: kind, ...found.options };
  return found.apiKey === undefined ? { name, options } : { name, options, apiKey: found.apiKey };
}

/** A flag that only one kind has says which it is. */
function kindOf(flags: Flags): AgentKind | undefined {
  if (flags.baseUrl ?? flags.model ?? flags.apiKeyFile) return 'chat';
  if (flags.agentPreset) return 'acp';
  return flags.agentCommand === undefined ? undefined : 'process';
}

async function chosen(
  prompts: Prompts | undefined,
  current: string,
  currentKind: string,
  now: ConfigDocument,
): Promise<AgentKind | undefined> {
  if (prompts === undefined) return undefined;
  const keep: Choice<AgentKind | undefined>[] = now.has(['agents'])
    ? [{ value: undefined, label: `Keep ${current}`, hint: currentKind }]
    : [];
  return prompts.select<AgentKind | undefined>('Who answers?', [
    ...keep,
    { value: 'demo', label: 'The demonstration', hint: 'no account, no key, no network' },
    { value: 'acp', label: 'A coding agent', hint: 'Claude, Codex, Gemini, opencode …, by ACP' },
    { value: 'chat', label: 'A model', hint: 'any OpenAI-compatible endpoint' },
    { value: 'process', label: 'A program of mine', hint: 'reads a message, prints the answer' },
  ]);
}

interface Found {
  readonly name: string;
  readonly options: Record<string, unknown>;
  readonly apiKey?: string;
}

async function optionsOf(kind: AgentKind, asked: Asked, same: string | undefined): Promise<Found> {
  switch (kind) {
    case 'demo':
      return { name: 'demo', options: {} };
    case 'process':
      return {
        name: 'mine',
        options: { command: await command(asked, ['agents', same ?? '', 'command']) },
      };
    case 'acp':
      return acp(asked, same);
    case 'chat':
      return chat(asked, same);
  }
}

async function command({ flags, now, prompts }: Asked, path: string[]): Promise<readonly string[]> {
  if (flags.agentCommand !== undefined) return flags.agentCommand;
  if (prompts === undefined) throw new RequestError('--agent process needs --agent-command WORD…');
  const before = now.get(path);
  const text = await prompts.text('Which program? Its words, with spaces between them.', {
    ...(Array.isArray(before) ? { initial: before.join(' ') } : {}),
    placeholder: 'node my-agent.js',
    validate: (value) => (value === '' ? 'At least one word.' : undefined),
  });
  return text.split(/\s+/);
}

async function acp(asked: Asked, same: string | undefined): Promise<Found> {
  const { flags, prompts, path } = asked;
  if (flags.agentCommand !== undefined) {
    return { name: 'acp', options: { command: flags.agentCommand } };
  }
  if (flags.agentPreset !== undefined) {
    return { name: flags.agentPreset, options: { preset: flags.agentPreset } };
  }
  if (prompts === undefined) {
    throw new RequestError('--agent acp needs --agent-preset NAME or --agent-command WORD…');
  }
  const installed = new Set<PresetName>();
  for (const name of PRESET_NAMES) {
    const program = PRESETS[name][0] as string;
    const there = findProgram(program, { cwd: process.cwd(), path, what: name });
    if (await there.then(Boolean, () => false)) installed.add(name);
  }
  const known = PRESET_NAMES.toSorted(
    (a, b) => Number(installed.has(b)) - Number(installed.has(a)),
  );
  const preset = await prompts.select<PresetName | 'another'>('Which one?', [
    ...known.map((name) => ({
      value: name,
      label: installed.has(name) ? `${name} (installed)` : name,
      hint: installed.has(name) ? PRESETS[name].join(' ') : `not found: ${PRESETS[name][0]}`,
    })),
    { value: 'another', label: 'another', hint: 'give its command' },
  ]);
  if (preset !== 'another') return { name: preset, options: { preset } };
  return {
    name: 'acp',
    options: { command: await command(asked, ['agents', same ?? '', 'command']) },
  };
}

async function chat({ flags, now, prompts }: Asked, same: string | undefined): Promise<Found> {
  const before = (key: string) => {
    const found = same === undefined ? undefined : now.get(['agents', same, key]);
    return typeof found === 'string' ? { initial: found } : {};
  };
  const needed = async (
    given: string | undefined,
    key: string,
    question: string,
    placeholder: string,
    validate: (value: string) => string | undefined,
  ): Promise<string> => {
    if (given !== undefined) return given;
    const { initial } = before(key);
    if (prompts !== undefined)
      return prompts.text(question, { ...before(key), placeholder, validate });
    if (initial !== undefined) return initial;
    throw new RequestError('--agent chat needs --base-url URL and --model NAME');
  };
  const base_url = await needed(
    flags.baseUrl,
    'base_url',
    'Where is the endpoint? Its address up to /v1.',
    'http://127.0.0.1:11434/v1',
    (value) => (URL.canParse(value) ? undefined : 'An address such as http://127.0.0.1:11434/v1'),
  );
  const model = await needed(flags.model, 'model', 'Which model?', 'llama3.2', (value) =>
    value === '' ? 'A name, as the endpoint knows it.' : undefined,
  );
  const file = flags.apiKeyFile;
  const key =
    file !== undefined
      ? secretFrom(file, '--api-key-file')
      : ((await prompts?.secret('Its API key? Empty: it needs none, or keeps the one it has.')) ??
        '');
  const options = { base_url, model };
  return key === '' ? { name: 'model', options } : { name: 'model', options, apiKey: key };
}

function freeName(name: string, kind: string, now: ConfigDocument): string {
  const taken = now.get(['agents', name, 'type']);
  return taken === undefined || taken === kind ? name : `${name}-${kind}`;
}
