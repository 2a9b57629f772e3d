/** Reads the host's event stream frame by frame. */
import { doorEventSchema, type DoorEvent } from '@shared/contract/door';

/** The host pings every 5 s; a stream silent for this long is dead. */
export const SILENT_AFTER_MS = 12_000;

const BROKEN_OFF = { done: true, value: undefined } as const;

/**
 * Yields the events of a text/event-stream body until it ends or breaks off. Frames that are no known event are
 * skipped: a newer host may say more than this page understands.
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<DoorEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => BROKEN_OFF);
      if (done || value === undefined) return;
      const frames = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = frames.pop() ?? '';
      for (const frame of frames) {
        const event = eventOf(frame);
        if (event !== null) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(frame: string): DoorEvent | null {
  const data = frame
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
    .join('\n');
  if (data === '') return null;
  try {
    const parsed = doorEventSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
