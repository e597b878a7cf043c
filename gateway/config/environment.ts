/** Environment variables that set a key of the configuration, and win over the file. */
export const ENVIRONMENT = {
  SLUICE_RESTART_DRAIN_TIMEOUT: ['agent', 'restart_drain_timeout'],
  SLUICE_BUSY_INPUT_MODE: ['display', 'busy_input_mode'],
  SLUICE_HOST: ['platforms', 'web', 'host'],
  SLUICE_PORT: ['platforms', 'web', 'port'],
  SLUICE_JOURNAL_SCHEMA: ['journal', 'schema'],
  SLUICE_LOG_LEVEL: ['log', 'level'],
} as const satisfies Record<string, readonly string[]>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variable that sets a key, by the key's dotted path. */
export function variableOf(key: string): string | undefined {
  return Object.entries(ENVIRONMENT).find(([, path]) => path.join('.') === key)?.[0];
}
