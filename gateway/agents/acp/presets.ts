/** How known agents are started in ACP mode, as their own documentation says. They must be installed. */
export const PRESETS = {
  claude: ['claude-agent-acp'],
  codex: ['codex-acp'],
  copilot: ['copilot', '--acp', '--stdio'],
  gemini: ['gemini', '--acp'],
  opencode: ['opencode', 'acp'],
  pi: ['pi-acp'],
  qwen: ['qwen', '--acp'],
} as const satisfies Record<string, readonly string[]>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as [PresetName, ...PresetName[]];
