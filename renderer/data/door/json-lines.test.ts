import { describe, expect, it } from 'vitest';
import { jsonLinesOf } from './json-lines';

const encoder = new TextEncoder();

function bodyOf(pieces: readonly Uint8Array[], end: 'close' | 'error' = 'close') {
  let cancelled = false;
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = left.shift();
        if (piece !== undefined) controller.enqueue(piece);
        else if (end === 'close') controller.close();
        else controller.error(new TypeError('network error'));
      },
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { body, isCancelled: () => cancelled };
}
const all = async (body: ReadableStream<Uint8Array>): Promise<unknown[]> => {
  const lines: unknown[] = [];
  for await (const line of jsonLinesOf(body)) lines.push(line);
  return lines;
};

describe('the lines of an answer', () => {
  it('come whole, however the bytes are cut', async () => {
    const bytes = encoder.encode('\n{"a":"é"}\n\n{"b":2}\n');
    for (let at = 1; at < bytes.length; at += 1) {
      expect(await all(bodyOf([bytes.slice(0, at), bytes.slice(at)]).body)).toEqual([{ a: 'é' }, { b: 2 }]);
    }
  });

  it('end where it breaks off, without half a line', async () => {
    expect(await all(bodyOf([encoder.encode('{"a":1}\n{"b"')], 'error').body)).toEqual([{ a: 1 }]);
  });

  it('are read no further than somebody asks, and the sender hears of it', async () => {
    const { body, isCancelled } = bodyOf([encoder.encode('{"a":1}\n'), encoder.encode('{"b":2}\n')]);
    for await (const line of jsonLinesOf(body)) {
      expect(line).toEqual({ a: 1 });
      break;
    }
    expect(isCancelled()).toBe(true);
  });
});
