/**
 * Waits until `probe` returns something other than undefined or false, and returns it.
 * @throws Error naming `what` when `withinMs` have passed: a hard bound, not a synchronisation.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 10_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
}
