import { describe, expect, it } from 'vitest';
import { UPLOAD_CHUNK_BYTES, type UploadProgress } from '@shared/contract/door';
import { NOON } from '../testing/builders';
import { ManualClock } from '../testing/manual-clock';
import { DoorFailure } from './failure';
import { upload, type UploadDeps } from './upload';

const SIZE = 2 * UPLOAD_CHUNK_BYTES + 10;

/** Stores bytes in memory; each number in `cuts` is a chunk (counted from 1) whose answer is lost. */
function storing(cuts: readonly number[], keepsLost: boolean) {
  const parts: Blob[] = [];
  let chunks = 0;
  const progress = (): UploadProgress => {
    const received = parts.reduce((sum, part) => sum + part.size, 0);
    const file = { hash: 'a'.repeat(64), name: 'scan.pdf', mediaType: 'application/pdf', size: received };
    return { received, file: received === SIZE ? file : null };
  };
  const door: UploadDeps['door'] = {
    putChunk: async (_id, _about, offset, chunk) => {
      chunks += 1;
      if (offset !== progress().received) throw new DoorFailure('bad-request', 'offset');
      const lost = cuts.includes(chunks);
      if (!lost || keepsLost) parts.push(chunk);
      if (lost) throw new DoorFailure('unreachable', 'cut');
      return progress();
    },
    uploadProgress: async () => {
      if (parts.length === 0) throw new DoorFailure('not-found', 'nothing yet');
      return progress();
    },
  };
  return { door, parts };
}

async function uploading(door: UploadDeps['door'], signal = new AbortController().signal) {
  const clock = new ManualClock(NOON);
  const shares: number[] = [];
  const file = new File([new Uint8Array(SIZE)], 'scan.pdf', { type: 'application/pdf' });
  const done = upload(file, (share) => shares.push(share), signal, { door, clock, newId: () => 'u1' });
  const settled = done.then(
    () => true,
    () => true,
  );
  for (let turn = 0; turn < 50; turn += 1) {
    if (await Promise.race([settled, clock.pass(1_000).then(() => false)])) break;
  }
  return { done, shares };
}

describe('upload', () => {
  it('sends the file in chunks and tells how far it is', async () => {
    const { door, parts } = storing([], true);
    const { done, shares } = await uploading(door);
    expect((await done).size).toBe(SIZE);
    expect(parts.map((part) => part.size)).toEqual([UPLOAD_CHUNK_BYTES, UPLOAD_CHUNK_BYTES, 10]);
    expect(shares.at(-1)).toBe(1);
  });

  it.each([
    ['arrived', true],
    ['did not arrive', false],
  ])('goes on where the host stands after a cut, whether the last chunk %s', async (_, keepsLost) => {
    const { door, parts } = storing([1, 3], keepsLost);
    const { done } = await uploading(door);
    expect((await done).size).toBe(SIZE);
    expect(parts.reduce((sum, part) => sum + part.size, 0)).toBe(SIZE);
  });

  it('stops for good when the file is too large', async () => {
    const { done } = await uploading({
      putChunk: () => Promise.reject(new DoorFailure('too-large', 'x')),
      uploadProgress: () => Promise.reject(new Error('not asked')),
    });
    await expect(done).rejects.toMatchObject({ code: 'too-large' });
  });

  it('stops when the agent takes the file away', async () => {
    const stop = new AbortController();
    stop.abort(new Error('taken away'));
    const { done } = await uploading(storing([], true).door, stop.signal);
    await expect(done).rejects.toThrow('taken away');
  });
});
