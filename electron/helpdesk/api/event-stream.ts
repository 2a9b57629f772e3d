/** Server-sent events that never pile up behind a reader who is slow. */
const PING_MS = 5_000;
/** Frames waiting for a slow reader before the stream is closed; it comes back and reads the state. */
const MAX_WAITING_FRAMES = 200;

/**
 * An answer of media type `text/event-stream` with a ping every 5 s.
 * @param subscribe is given the way to send one frame, and returns the way to stop
 */
export function eventStream(subscribe: (send: (data: string) => void) => () => void): Response {
  const encoder = new TextEncoder();
  let stop = (): void => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string): void => {
          if ((controller.desiredSize ?? 0) <= 0) {
            stop();
            controller.close();
            return;
          }
          controller.enqueue(encoder.encode(text));
        };
        const ping = setInterval(() => write(': ping\n\n'), PING_MS);
        let unsubscribe = (): void => undefined;
        stop = () => {
          clearInterval(ping);
          unsubscribe();
          stop = () => undefined;
        };
        write(': here\n\n');
        unsubscribe = subscribe((data) => write(`data: ${data}\n\n`));
      },
      cancel() {
        stop();
      },
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
