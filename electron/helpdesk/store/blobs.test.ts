import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Blobs, TooLargeError } from './blobs';

let folder = '';
let blobs: Blobs;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-blobs-'));
  blobs = new Blobs(folder);
  await blobs.prepare();
});
afterEach(() => rm(folder, { recursive: true }));

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

describe('content-addressed files', () => {
  it('lie under the hash of their bytes, the same bytes once', async () => {
    const kept = await blobs.put(chunks('ab', 'c'));
    expect(kept).toEqual({ hash: createHash('sha256').update('abc').digest('hex'), size: 3 });
    expect(await blobs.put(Buffer.from('abc'))).toEqual(kept);
    expect((await blobs.read(kept.hash)).toString()).toBe('abc');
    expect(await readdir(join(folder, kept.hash.slice(0, 2)))).toEqual([kept.hash]);
  });

  it('leave nothing behind when they are too large', async () => {
    await expect(blobs.put(chunks('abc', 'def'), 5)).rejects.toBeInstanceOf(TooLargeError);
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('lose what an interrupted write left', async () => {
    await writeFile(join(folder, 'tmp', 'half'), 'x');
    await blobs.prepare();
    expect(await readdir(join(folder, 'tmp'))).toEqual([]);
  });

  it('answer null for bytes that are missing', async () => {
    expect(await blobs.stream('0'.repeat(64))).toBeNull();
  });
});
