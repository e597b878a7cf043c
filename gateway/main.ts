// The `sluice` command line. The version is checked before anything else is loaded: on an older Node
// the first import would fail with a stack trace instead of a sentence.

const NODE = 24;

/** Runs one command of the `sluice` command line; `argv` as `process.argv`. Sets `process.exitCode`. */
export async function main(argv: readonly string[]): Promise<void> {
  const version = process.versions.node;
  if (Number.parseInt(version, 10) < NODE) {
    process.stderr.write(
      `sluice needs Node.js ${NODE} or newer, and this is ${version} (${process.execPath}).\n` +
        'Install a newer one from https://nodejs.org, or run it from its checkout with `npm start`.\n',
    );
    process.exitCode = 78;
    return;
  }
  const { keepCompiled } = await import('./cli/compileCache.ts');
  keepCompiled();
  if (argv[2] === 'generation') {
    // What the parent process starts: straight there, without the command line's library.
    const { generation } = await import('./cli/generation.ts');
    await generation(argv.slice(3));
    return;
  }
  const { runCommandLine } = await import('./cli/program.ts');
  await runCommandLine(argv.slice(2));
}

// Before Node 24.2 there is no `import.meta.main`; there the package's bin, which imports this file and
// calls `main` itself, is told apart by the name of the file that was started.
if (import.meta.main ?? process.argv[1]?.includes('main.')) await main(process.argv);
