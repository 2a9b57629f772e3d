/** Server-sent events that never pile up behind a reader who is slow. */
const PING_MS = 5_000;
/** Frames waiting for a slow reader before the stream is closed; it comes back and reads the state. */
const MAX_WAITING_FRAMES = 200;

/**
 * An answer of media type `text/event-stream` with a ping every 5 s.
 * @param subscribe is given the way to send one frame, and returns the way to stop. Sending after
 * the reader has gone does nothing.
 */
export function eventStream(subscribe: (send: (data: string) => void) => () => void): Response {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let unsubscribe = (): void => undefined;
  let ping: NodeJS.Timeout | undefined;

  const stop = (): void => {
    controller = null;
    clearInterval(ping);
    unsubscribe();
  };
  const write = (text: string): void => {
    if (controller === null) return;
    if ((controller.desiredSize ?? 0) > 0) {
      controller.enqueue(encoder.encode(text));
      return;
    }
    const full = controller;
    stop();
    full.close();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(started) {
        controller = started;
        ping = setInterval(() => write(': ping\n\n'), PING_MS);
        write(': here\n\n');
        unsubscribe = subscribe((data) => write(`data: ${data}\n\n`));
      },
      cancel: stop,
    },
    { highWaterMark: MAX_WAITING_FRAMES },
  );
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}
