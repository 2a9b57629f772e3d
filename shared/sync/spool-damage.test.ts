/** What a spool makes of a disk that does not give back what it was given. */
import { describe, expect, it } from 'vitest';
import { diskError, MemoryFileSystem } from '../testing/memory-file-system';
import { conversation, folder, open, readAll, texts } from '../testing/spool-kit';
import type { Spool } from './spool';

describe('a spool that lost its end', () => {
  const LOG = `${folder}/000001-000001.log`;
  const cut = (fs: MemoryFileSystem, lines: number, more = ''): void =>
    fs.scribble(LOG, (bytes) => {
      const all = new TextDecoder().decode(bytes).split('\n');
      return new TextEncoder().encode(all.slice(0, all.length - 1 - lines).join('\n') + '\n' + more);
    });

  it.each([
    ['between two lines', ''],
    ['in the middle of a line', '1 0badc0de - {"type":"r'],
  ])('%s goes on from its older cursor and knows who saw more', async (_where, torn) => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    const kept = await spool.commit('conversations', 'k1', [conversation('c1', 'a')]);
    const lost = await spool.commit('conversations', 'k2', [conversation('c2', 'b')]);
    expect(spool.knows(lost)).toBe(true);
    await spool.close();
    cut(fs, 2, torn);
    const again = await open(fs);
    expect(again.cursorOf('conversations')).toBe('k1');
    // Nobody has to begin anew but the one that saw what is gone.
    expect(again.epoch).toBe(spool.epoch);
    expect([0, kept, lost].map((seq) => again.knows(seq))).toEqual([true, true, false]);
    const next = await again.commit('conversations', 'k2', [conversation('c2', 'b')]);
    expect([kept, lost, next].map((seq) => again.knows(seq))).toEqual([true, false, true]);
  });

  it('never gives a seq twice, also when all rows of several starts are lost', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'a')]);
    await spool.close();
    const given: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const one = await open(fs);
      given.push(await one.commit('conversations', 'k2', [conversation('c2', `${n}`)]));
      expect(given.slice(0, -1).map((seq) => one.knows(seq))).toEqual(Array(n).fill(false));
      await one.close();
      cut(fs, 2);
    }
    expect(new Set(given).size).toBe(5);
  });

  it('remembers over a compaction up to where each page may stand', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    const kept = await spool.commit('conversations', 'k1', [conversation('c1', 'a')]);
    const lost = await spool.commit('conversations', 'k2', [conversation('c2', 'b')]);
    await spool.close();
    cut(fs, 2);
    const again = await open(fs);
    for (let n = 0; n < 60; n += 1)
      await again.commit('conversations', `k${n}`, [conversation('c1', `${n}`)]);
    await again.close();
    expect(fs.paths()).not.toContain(LOG);
    const third = await open(fs);
    expect([kept, lost, again.seq].map((seq) => third.knows(seq))).toEqual([true, false, true]);
  });

  it('in what a compaction wrote has lost rows: all is pulled again', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k0', [conversation('c2', 'b'), conversation('c3', 'c')]);
    for (let n = 0; fs.paths().includes(LOG); n += 1)
      await spool.commit('conversations', `k${n}`, [conversation('c1', `${n}`)]);
    await spool.close();
    const log = fs.paths().filter((path) => path.endsWith('.log'));
    expect(log).toHaveLength(1);
    const lines = new TextDecoder()
      .decode((await fs.read(log[0] ?? ''))!)
      .trimEnd()
      .split('\n');
    for (let left = 1; left < lines.length; left += 1) {
      const damaged = fs.afterCrash(0);
      damaged.scribble(log[0] ?? '', () => new TextEncoder().encode(`${lines.slice(0, left).join('\n')}\n`));
      const again = await open(damaged);
      expect(again.epoch).not.toBe(spool.epoch);
      expect(again.cursorOf('conversations')).toBeNull();
    }
  });
});

describe('a spool that was damaged', () => {
  const damagedSpool = async (): Promise<{ fs: MemoryFileSystem; spool: Spool }> => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'a'.repeat(50))]);
    await spool.commit('conversations', 'k2', [conversation('c2', 'b')]);
    await spool.close();
    const [log] = fs.paths().filter((path) => path.endsWith('.log'));
    fs.scribble(log ?? '', (bytes) => {
      bytes[new TextDecoder().decode(bytes).indexOf('aaaa')]! ^= 1;
      return bytes;
    });
    return { fs, spool };
  };

  it('is pulled again under a new epoch also when the console ended while it was repaired', async () => {
    let crashes = 0;
    for (let operation = 0; ; operation += 1) {
      const { fs, spool } = await damagedSpool();
      fs.crashAt({ operation, share: 1 });
      const repaired = open(fs).then((one) => one.close().then(() => one));
      const ended = await Promise.race([repaired, fs.crashed]);
      if (ended === undefined) crashes += 1;
      const again = await open(fs.afterCrash(0));
      expect(again.epoch).not.toBe(spool.epoch);
      expect(again.cursorOf('conversations')).toBeNull();
      if (ended === undefined) continue;
      expect(again.epoch).toBe(ended.epoch);
      break;
    }
    expect(crashes).toBeGreaterThan(5);
  });

  it('does not forget that when it loses its end later', async () => {
    const { fs, spool } = await damagedSpool();
    const again = await open(fs);
    await again.commit('conversations', 'k1', [conversation('c1', 'a')]);
    await again.commit('conversations', 'k2', []);
    await again.close();
    const [log] = fs.paths().filter((path) => path.endsWith('.log'));
    const whole = (await fs.read(log ?? ''))!;
    let pulledAgain = 0;
    for (let length = 0; length < whole.length; length += 1) {
      // Between two lines, where no scan can tell.
      if (length > 0 && whole[length - 1] !== 0x0a) continue;
      const left = fs.afterCrash(0);
      left.scribble(log ?? '', () => whole.slice(0, length));
      const third = await open(left);
      expect(third.epoch).not.toBe(spool.epoch);
      const isThere = third.markOf('conversation', 'c1') !== null;
      expect(third.cursorOf('conversations') === null || isThere).toBe(true);
      if (third.cursorOf('conversations') === null) pulledAgain += 1;
    }
    expect(pulledAgain).toBeGreaterThan(3);
  });

  it.each(['write', 'replace'] as const)(
    'is pulled again also when the disk was full (%s)',
    async (operation) => {
      const { fs, spool } = await damagedSpool();
      fs.failing.set(operation, diskError('ENOSPC'));
      const full = await open(fs).catch((error: unknown) => error as Error);
      if (!(full instanceof Error)) await full.close();
      fs.failing.clear();
      const again = await open(fs);
      expect(again.epoch).not.toBe(spool.epoch);
      expect(again.cursorOf('conversations')).toBeNull();
    },
  );

  it('goes on noting that a feed is read anew, which is right whatever the ages of its rows say', async () => {
    const { fs } = await damagedSpool();
    const again = await open(fs);
    await again.commit('@reread', 'conversations', []);
    await again.close();
    const [log] = fs.paths().filter((path) => path.endsWith('.log'));
    fs.scribble(log ?? '', (bytes) => {
      bytes[new TextDecoder().decode(bytes).indexOf('"c2"')]! ^= 1;
      return bytes;
    });
    const third = await open(fs);
    expect(third.damaged).toBe(1);
    expect(third.cursorOf('@reread')).toBe('conversations');
  });

  it('keeps no cursor that was on its way to the disk when a row turned out damaged', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'a'), conversation('c2', 'b')]);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => {
      bytes[200] = 1;
      return bytes;
    });
    const reading = spool.read(0, 10);
    const writing = spool.commit('conversations', 'k2', [conversation('c3', 'c')]);
    await Promise.all([reading, writing]);
    expect(spool.cursorOf('conversations')).toBeNull();
    await spool.commit('conversations', 'k1', [conversation('c1', 'a')]);
    expect(spool.cursorOf('conversations')).toBe('k1');
  });

  it('goes on naming what went bad while it was open, for a sweep to ask about: pages may still show it', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit(
      'conversations',
      'k1',
      ['c1', 'c2', 'c3'].map((id) => conversation(id, `of ${id}`)),
    );
    const named = (): string[] => [...spool.idsOf('conversation')].sort();
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => {
      bytes[new TextDecoder().decode(bytes).indexOf('of c2')]! ^= 1;
      return bytes;
    });
    expect(texts(await readAll(spool))).toEqual(['conversation c1', 'conversation c3']);
    expect(named()).toEqual(['c1', 'c2', 'c3']);
    expect(spool.markOf('conversation', 'c2')).toBeNull();
    // A compaction leaves its place out.
    for (let n = 0; fs.paths().includes(`${folder}/000001-000001.log`); n += 1)
      await spool.commit('conversations', `k${n}`, [conversation('c1', `${n}`)]);
    expect(named()).toEqual(['c1', 'c2', 'c3']);
    await spool.commit('conversations', 'k', [
      { kind: 'conversation', id: 'c2', row: null, movedTo: null },
      conversation('c3', 'again'),
    ]);
    expect(named()).toEqual(['c1', 'c3']);
  });

  it('while it was open is pulled again at the next start as well, wherever that was cut short', async () => {
    // Sealed, so that a sidecar tells of the row, and opening does not look at it.
    const fs = new MemoryFileSystem();
    const one = await open(fs);
    await one.commit('conversations', 'k1', [conversation('c1', 'a'.repeat(2_000))]);
    await one.commit('conversations', 'k2', [conversation('c2', 'b')]);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => {
      bytes[new TextDecoder().decode(bytes).indexOf('aaaa')]! ^= 1;
      return bytes;
    });
    expect(texts(await readAll(one))).toEqual(['conversation c2']);
    const again = await open(fs.afterCrash(0));
    expect(again.epoch).not.toBe(one.epoch);
    expect(again.cursorOf('conversations')).toBeNull();
  });
});
