/**
 * Runs `use` without the ExperimentalWarning it may cause: `node:sqlite` and `process.execve` are
 * pinned by `engines`, and a warning on every start would teach people to ignore warnings.
 */
export function withoutExperimentalWarning<T>(use: () => T): T {
  const emit = process.emitWarning;
  process.emitWarning = (() => {}) as typeof process.emitWarning;
  try {
    return use();
  } finally {
    process.emitWarning = emit;
  }
}
