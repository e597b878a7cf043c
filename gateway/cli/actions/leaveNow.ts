/**
 * Ends this process with `process.exitCode`, whatever still hangs. What was printed is out first.
 *
 * An ordinary exit waits for the threads that read files: a disk that does not answer would hold it up
 * for ever (tried with a pipe that nobody writes). Becoming another program ends them.
 */
export async function leaveNow(): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((done) => stream.write('', () => done()));
  }
  const code = Number(process.exitCode ?? 0);
  const hangs = process.getActiveResourcesInfo().some((name) => /^FSReq|^GetAddrInfo/.test(name));
  if (hangs && process.execve !== undefined) {
    const exit = `process.exit(${code})`;
    process.execve(process.execPath, [process.execPath, '-e', exit], {});
  }
  process.exit(code);
}
