/** Reads a `text/event-stream` just far enough to know that something happened. */
import { BackendError } from './backend-error';
import type { Clock } from './clock';

/** So much of a frame is kept; a line that never ends must not fill the memory. */
const KEPT_CHARACTERS = 64 * 1_024;

/**
 * Calls `onHint` for every frame with data, with (the beginning of) that data, and reads on once that has
 * resolved. Comments only prove that the stream is alive. Resolves when the stream ends.
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation)
 * @param silenceMs a stream silent for longer is dead: throws `no-answer`
 */
export async function readHints(
  chunks: AsyncIterable<Uint8Array>,
  silenceMs: number,
  clock: Clock,
  onHint: (data: string) => void | Promise<void>,
): Promise<void> {
  const decoder = new TextDecoder();
  const iterator = chunks[Symbol.asyncIterator]();
  let line = '';
  let data: string | null = null;
  for (;;) {
    const next = await withinSilence(iterator.next(), silenceMs, clock);
    if (next.done === true) return;
    const lines = (line + decoder.decode(next.value, { stream: true })).split(/\r\n|\n|\r/);
    line = (lines.pop() ?? '').slice(0, KEPT_CHARACTERS);
    for (const complete of lines) {
      if (complete.startsWith('data:')) {
        const text = complete.slice('data:'.length).replace(/^ /, '');
        data = (data === null ? text : `${data}\n${text}`).slice(0, KEPT_CHARACTERS);
      } else if (complete === '' && data !== null) {
        await onHint(data);
        data = null;
      }
    }
  }
}

/** What is waited for, unless it takes longer than a living stream is silent: then throws `no-answer`. */
export async function withinSilence<T>(wanted: Promise<T>, silenceMs: number, clock: Clock): Promise<T> {
  const settled = new AbortController();
  const silence = clock.sleep(silenceMs, settled.signal).then(() => {
    throw new BackendError('no-answer', `The event stream was silent for ${silenceMs} ms.`);
  });
  // The loser of the race may still reject; somebody has to have heard it.
  silence.catch(() => undefined);
  wanted.catch(() => undefined);
  try {
    return await Promise.race([wanted, silence]);
  } finally {
    settled.abort();
  }
}
