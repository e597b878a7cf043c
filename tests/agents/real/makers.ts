import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelAnswer } from '../../fakes/agents/modelServer.ts';
import type { RealAgent } from './installed.ts';

/** An agent that somebody else wrote, and how it is brought to talk to a model on this machine. */
export interface Maker extends RealAgent {
  readonly preset: string;
  /** What it writes to its user's home before its first start, by path. */
  readonly files: (model: string) => Readonly<Record<string, string>>;
  /** Variables it gets besides those that every agent gets. */
  readonly env: (model: string) => Readonly<Record<string, string>>;
  /** It loads its own sessions again; another is told the conversation anew. */
  readonly loads?: true;
  /** It takes text into a running turn. */
  readonly steers?: true;
  /** The model's answer to what is asked of it aside, without tools. Default: a title. */
  readonly aside?: ModelAnswer;
  /** The model's call of the tool that runs a command. */
  readonly shell: (command: string) => NonNullable<ModelAnswer['toolCalls']>[number];
}

export const MAKERS = {
  opencode: {
    name: 'opencode-ai',
    version: '1.18.33',
    prepare: 'postinstall.mjs',
    preset: 'opencode',
    loads: true,
    files: () => ({}),
    env: (model) => ({
      OPENCODE_CONFIG_CONTENT: JSON.stringify({
        provider: {
          local: {
            npm: '@ai-sdk/openai-compatible',
            options: { baseURL: model, apiKey: 'none' },
            models: { scripted: { name: 'Scripted' } },
          },
        },
        model: 'local/scripted',
        small_model: 'local/scripted',
        permission: { bash: 'ask' },
        autoupdate: false,
        share: 'disabled',
      }),
    }),
    shell: (command) => ({ name: 'bash', args: { command, description: 'runs a command' } }),
  },
  gemini: {
    name: '@google/gemini-cli',
    version: '0.61.0',
    preset: 'gemini',
    files: () => ({
      '.gemini/settings.json': JSON.stringify({
        security: { auth: { selectedType: 'gemini-api-key' } },
        privacy: { usageStatisticsEnabled: false },
        telemetry: { enabled: false },
        general: { disableAutoUpdate: true },
      }),
    }),
    env: (model) => ({
      GEMINI_API_KEY: 'none',
      GOOGLE_GEMINI_BASE_URL: new URL(model).origin,
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
    }),
    // Which model is to answer: an answer it cannot read is asked for again and again.
    aside: { status: 400, error: 'not here' },
    shell: (command) => ({ name: 'run_shell_command', args: { command } }),
  },
  codex: {
    name: '@agentclientprotocol/codex-acp',
    version: '2.6.0',
    preset: 'codex',
    loads: true,
    steers: true,
    files: (model) => ({
      '.codex/config.toml': `
        model = "scripted"
        model_provider = "local"
        [model_providers.local]
        name = "Local"
        base_url = "${model}"
        wire_api = "responses"
        requires_openai_auth = false
        [analytics]
        enabled = false
      `,
    }),
    env: () => ({ NO_BROWSER: '1', INITIAL_AGENT_MODE: 'read-only' }),
    shell: (cmd) => ({
      name: 'exec_command',
      args: { cmd, sandbox_permissions: 'require_escalated', justification: 'to make a file' },
    }),
  },
} as const satisfies Record<string, Maker>;

/** Makes the home of a user who has set the agent up. */
export function setUp(maker: Maker, home: string, model: string): void {
  for (const [path, text] of Object.entries(maker.files(model))) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
}
