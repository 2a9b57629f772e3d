/** The door's event stream: one queue a listener, drained in small pieces that yield to others. */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { DoorEvent } from '@shared/contract/door';
import type { Draft } from '@shared/domain/drafts';
import type { OutboxRow } from '@shared/domain/intents';

/** {@link DoorEvent} with the domain's own (read-only) rows. */
export type HostEvent =
  | Exclude<DoorEvent, { type: 'outbox' | 'draft' }>
  | { type: 'outbox'; row: OutboxRow }
  | { type: 'draft'; draft: Draft };

/** A stream silent for 12 s is dead to the page. */
export const PING_INTERVAL_MS = 5_000;
/** A listener this far behind is cut; it catches up by asking for what it missed. */
const MAX_WAITING = 10_000;
const EVENTS_PER_CHUNK = 64;

export interface EventHub {
  publish(event: HostEvent): void;
  /** A `text/event-stream` body; begins with a ping, ends when cancelled or the hub closes. */
  stream(): ReadableStream<Uint8Array>;
  /** How many streams are open. */
  readonly listeners: number;
  close(): void;
}

interface Listener {
  waiting: HostEvent[];
  wake(): void;
  ended: boolean;
}

export function createEventHub(now: () => number): EventHub {
  const listeners = new Set<Listener>();
  const encoder = new TextEncoder();
  const end = (listener: Listener): void => {
    listener.ended = true;
    listeners.delete(listener);
    listener.wake();
  };
  const tell = (listener: Listener, event: HostEvent): void => {
    if (listener.waiting.length >= MAX_WAITING) return end(listener);
    listener.waiting.push(event);
    listener.wake();
  };
  const publish = (event: HostEvent): void => {
    for (const listener of listeners) tell(listener, event);
  };
  const pinging = setInterval(() => publish({ type: 'ping', hostTime: now() }), PING_INTERVAL_MS);
  pinging.unref();

  return {
    publish,
    get listeners() {
      return listeners.size;
    },
    stream() {
      const listener: Listener = { waiting: [], wake: () => undefined, ended: false };
      listeners.add(listener);
      tell(listener, { type: 'ping', hostTime: now() });
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            if (listener.waiting.length === 0 && !listener.ended) {
              await new Promise<void>((resolve) => {
                listener.wake = resolve;
              });
            }
            if (listener.ended) return controller.close();
            const frames = listener.waiting.splice(0, EVENTS_PER_CHUNK);
            const text = frames.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
            controller.enqueue(encoder.encode(text));
            await yieldToOthers();
          },
          cancel: () => end(listener),
        },
        { highWaterMark: 0 },
      );
    },
    close() {
      clearInterval(pinging);
      for (const listener of [...listeners]) end(listener);
    },
  };
}
