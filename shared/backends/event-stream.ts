/** Reads a `text/event-stream` just far enough to know that something happened. */
import { BackendError } from './backend-error';
import type { Clock } from './clock';

/** Only how a line begins matters; one that never ends must not fill the memory. */
const LINE_START_CHARACTERS = 1_024;

/**
 * Calls `onHint` for every frame with data. Comments only prove that the stream is alive. Resolves
 * when the stream ends.
 * @param silenceMs a stream silent for longer is dead: throws `no-answer`
 */
export async function readHints(
  chunks: AsyncIterable<Uint8Array>,
  silenceMs: number,
  clock: Clock,
  onHint: () => void,
): Promise<void> {
  const decoder = new TextDecoder();
  const iterator = chunks[Symbol.asyncIterator]();
  let line = '';
  for (;;) {
    const next = await withinSilence(iterator.next(), silenceMs, clock);
    if (next.done === true) return;
    const lines = (line + decoder.decode(next.value, { stream: true })).split(/\r\n|\n|\r/);
    line = (lines.pop() ?? '').slice(0, LINE_START_CHARACTERS);
    if (lines.some((complete) => complete.startsWith('data:'))) onHint();
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
