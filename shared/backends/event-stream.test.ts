import { expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock';
import { readHints } from './event-stream';

const SILENCE_MS = 1_000;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function hintsOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let hints = 0;
  await readHints(chunks, SILENCE_MS, new VirtualClock(0), () => {
    hints += 1;
  });
  return hints;
}

async function* inChunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

it('a frame is a hint however it is cut; a comment is none', async () => {
  expect(await hintsOf(inChunks(': alive\n', 'da', 'ta: {"a":', '1}\n\n', ': data: no\n'))).toBe(1);
});

it('a frame longer than what is kept of a line is one hint', async () => {
  expect(await hintsOf(inChunks('data: ', 'x'.repeat(10_000), 'y'.repeat(10_000), '\n\n'))).toBe(1);
});

it('a line that never ends takes neither memory nor time that grows with it', async () => {
  const chunk = bytes('x'.repeat(256 * 1024));
  async function* endless(): AsyncGenerator<Uint8Array> {
    // Kept whole and searched anew with every chunk, this would be 11 GB to look through.
    for (let sent = 0; sent < 300; sent += 1) yield chunk;
  }
  expect(await hintsOf(endless())).toBe(0);
});
