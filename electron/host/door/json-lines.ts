/** An answer that comes piece by piece: one JSON line for each thing as soon as it is known. */

/**
 * Begins to answer at once, with an empty line. A body that ends without what `run` writes last broke off.
 * @param run told by its signal that nobody reads any more; what it rejects with breaks the body off
 */
export function jsonLines(
  run: (write: (line: unknown) => void, hungUp: AbortSignal) => Promise<void>,
): Response {
  const encoder = new TextEncoder();
  const reader = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (line: unknown): void => {
        if (!reader.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
      };
      // Headers leave with the first byte only; from here on both ends know when the other hangs up.
      controller.enqueue(encoder.encode('\n'));
      run(write, reader.signal).then(
        () => {
          if (!reader.signal.aborted) controller.close();
        },
        (error: unknown) => controller.error(error),
      );
    },
    cancel: () => reader.abort(),
  });
  return new Response(body, { headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' } });
}
