import { describe, expect, it } from 'vitest';
import { diskError, MemoryFileSystem } from '../testing/memory-file-system';
import { SpoolSeqs } from './spool-seqs';

const folder = 'spool/a1';

async function begun(fs: MemoryFileSystem): Promise<SpoolSeqs> {
  const seqs = new SpoolSeqs(fs, folder, 10);
  await seqs.begin();
  return seqs;
}
/** Gives out so many seqs; resolves with the last. */
async function give(seqs: SpoolSeqs, count: number): Promise<number> {
  const before = await seqs.reserve(count);
  for (let n = 1; n <= count; n += 1) seqs.saw(before + n);
  return before + count;
}

describe('the seqs of a spool', () => {
  it('begin at 1, and in a block of their own at each opening', async () => {
    const fs = new MemoryFileSystem();
    const first = await begun(fs);
    await first.markSound();
    expect([await give(first, 3), await give(first, 1)]).toEqual([3, 4]);
    const second = await begun(fs);
    await second.markSound();
    expect(await give(second, 1)).toBe(11);
  });

  it('are never given again though nothing is left of them, over however many blocks they went', async () => {
    const fs = new MemoryFileSystem();
    let last = 0;
    for (const count of [1, 25, 3, 9, 10, 11, 100, 1]) {
      // The log is empty each time.
      const seqs = await begun(fs);
      await seqs.markSound();
      expect(await seqs.reserve(count)).toBeGreaterThanOrEqual(last);
      last = await give(seqs, count);
    }
  });

  it('are not given out where their block cannot be named first', async () => {
    const fs = new MemoryFileSystem();
    const seqs = await begun(fs);
    await seqs.markSound();
    await give(seqs, 8);
    fs.failing.set('replace', diskError('ENOSPC'));
    await expect(seqs.reserve(5)).rejects.toThrow('ENOSPC');
    expect(await give(seqs, 1)).toBe(9);
    fs.failing.clear();
    expect(await give(seqs, 5)).toBe(14);
    const next = await begun(fs);
    expect(await next.reserve(1)).toBe(20);
  });

  it('are known as far as the log reaches, block by block', async () => {
    const fs = new MemoryFileSystem();
    const seqs = await begun(fs);
    for (const seq of [1, 2, 3, 31, 32]) seqs.saw(seq);
    expect([0, 1, 3, 4, 9, 10, 20, 31, 32, 33].map((seq) => seqs.knows(seq))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
    const rewritten = new SpoolSeqs(fs, folder, 10);
    for (const seq of seqs.ends) rewritten.saw(seq);
    expect([2, 3, 4, 31, 33].map((seq) => rewritten.knows(seq))).toEqual([true, true, false, true, false]);
  });
});

describe('the file "sound"', () => {
  const isThere = async (fs: MemoryFileSystem): Promise<boolean> =>
    (await fs.read(`${folder}/sound`)) !== null;

  it('is away from the beginning of an opening to its end', async () => {
    const fs = new MemoryFileSystem();
    expect(await new SpoolSeqs(fs, folder).begin()).toBe(false);
    await (await begun(fs)).markSound();
    expect(await isThere(fs)).toBe(true);
    expect(await new SpoolSeqs(fs, folder).begin()).toBe(true);
    expect(await isThere(fs)).toBe(false);
  });

  it('counts for nothing when it is not whole', async () => {
    const fs = new MemoryFileSystem();
    for (const change of [
      (bytes: Uint8Array) => bytes.slice(0, -3),
      (bytes: Uint8Array) => bytes.fill(49, 13, 15),
    ]) {
      await (await begun(fs)).markSound();
      fs.scribble(`${folder}/sound`, change);
      expect(await new SpoolSeqs(fs, folder).begin()).toBe(false);
    }
  });

  it('stays away once a row turned out damaged, also when the next block begins', async () => {
    const fs = new MemoryFileSystem();
    const seqs = await begun(fs);
    await seqs.markSound();
    const naming = seqs.reserve(30);
    await seqs.spoil();
    await naming;
    await give(seqs, 50);
    await seqs.markSound();
    expect(await isThere(fs)).toBe(false);
  });
});
