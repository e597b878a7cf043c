/** Runs one command of the `sluice` command line; `argv` as `process.argv`. Sets `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv[2] === 'generation') {
    // What the parent process starts: straight there, without the command line's library.
    const { generation } = await import('./cli/generation.ts');
    await generation(argv.slice(3));
    return;
  }
  const { runCommandLine } = await import('./cli/program.ts');
  await runCommandLine(argv.slice(2));
}

if (import.meta.main) await main(process.argv);
