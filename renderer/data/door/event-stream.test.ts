import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DoorEvent } from '@shared/contract/door';
import { readEvents } from './event-stream';

const EVENTS: DoorEvent[] = [
  { type: 'ping', hostTime: 1 },
  { type: 'changes', accountId: 'служба', seq: 12 },
  { type: 'ping', hostTime: 2 },
];

function stream(chunks: Iterable<Uint8Array>, breaks = false): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next !== undefined) controller.enqueue(next);
      else if (breaks) controller.error(new TypeError('network error'));
      else controller.close();
    },
  });
}

async function all(body: ReadableStream<Uint8Array>): Promise<DoorEvent[]> {
  const events: DoorEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('readEvents', () => {
  it('finds the same events however the bytes are cut', async () => {
    const bytes = bytesOf(EVENTS.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length })), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.slice(at[i], end));
        expect(await all(stream(chunks))).toEqual(EVENTS);
      }),
    );
  });

  it('passes over comments, broken frames and events it does not know', async () => {
    const frames = [
      ': hello',
      'data: {"type":"ping"',
      'data: {"type":"fireworks"}',
      'data: {"type":"ping","hostTime":1}',
    ];
    expect(await all(stream([bytesOf(frames.map((frame) => `${frame}\r\n\r\n`).join(''))]))).toEqual([
      EVENTS[0],
    ]);
  });

  it('ends without an error when the connection breaks', async () => {
    expect(await all(stream([bytesOf('data: {"type":"ping","hostTime":1}\n\ndata: {"ty')], true))).toEqual([
      EVENTS[0],
    ]);
  });
});
