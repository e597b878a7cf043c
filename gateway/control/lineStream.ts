/** Lines that may wait for a slow reader before it is cut off: it must not cost the gateway memory. */
const MAX_WAITING = 10_000;

/**
 * An answer of JSON lines, written as they come. `run` gets `write`, `end` and a signal that tells
 * that nobody reads any more (the reader left, was too slow, or `cut` aborted). `drop` ends the
 * connection, and what waits for its reader is forgotten.
 */
export function lineStream(
  cut: AbortSignal,
  drop: () => void,
  run: (
    write: (line: unknown) => void,
    end: () => void,
    signal: AbortSignal,
  ) => Promise<void> | void,
): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const fail = () => {
          if (gone.signal.aborted) return;
          gone.abort();
          // Not controller.error(): the server would print it.
          drop();
        };
        const end = () => {
          if (gone.signal.aborted) return;
          gone.abort();
          controller.close();
        };
        const write = (line: unknown) => {
          if (gone.signal.aborted) return;
          if ((controller.desiredSize ?? 0) <= 0) fail();
          else controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
        };
        if (cut.aborted) return end();
        cut.addEventListener('abort', end, { once: true });
        Promise.resolve(run(write, end, gone.signal)).catch(fail);
      },
      cancel: () => gone.abort(),
    },
    { highWaterMark: MAX_WAITING },
  );
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } });
}
