import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxRow } from '../domain/intents';
import { anOutboxRow, NOON } from '../testing/builders';
import { MemoryFileSystem } from '../testing/memory-file-system';
import { VirtualClock } from '../testing/virtual-clock';
import { openJournal, type Journal } from './journal';

const folder = 'data/journal';
const DAY_MS = 24 * 3_600_000;
const open = (fs: MemoryFileSystem, now = NOON): Promise<Journal> =>
  openJournal(fs, folder, new VirtualClock(now));

function row(n: number, parts: Partial<OutboxRow> = {}): OutboxRow {
  return anOutboxRow(n, { kind: 'note', text: 'x', files: [] }, parts);
}

describe('the journal', () => {
  it('gives back the last version of each row, by rising order', async () => {
    const fs = new MemoryFileSystem();
    const journal = await open(fs);
    await journal.append([row(2), row(1)]);
    await journal.append([row(1, { state: 'sending', revision: 3 })]);
    const again = await open(fs.afterCrash(0));
    expect(again.rows.map((one) => [one.order, one.state])).toEqual([
      [1, 'sending'],
      [2, 'queued'],
    ]);
  });

  it('keeps all rows of one append or none', async () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(4), share, share, async (operation, part, tear) => {
        const fs = new MemoryFileSystem();
        const journal = await open(fs);
        await journal.append([row(1)]);
        fs.crashAt({ operation, share: part });
        await Promise.race([journal.append([row(2), row(3), row(4)]), fs.crashed]);
        const found = (await open(fs.afterCrash(tear))).rows.map((one) => one.order);
        expect([[1], [1, 2, 3, 4]]).toContainEqual(found);
      }),
    );
  });

  it('forgets rows finished more than 90 days ago, never unconfirmed ones', async () => {
    const fs = new MemoryFileSystem();
    await (
      await open(fs)
    ).append([
      row(1, { state: 'delivered' }),
      row(2, { state: 'parked' }),
      row(3, { state: 'delivered', changedAt: NOON + 50 * DAY_MS }),
      row(4),
    ]);
    expect((await open(fs, NOON + 89 * DAY_MS)).rows).toHaveLength(4);
    const later = await open(fs, NOON + 91 * DAY_MS);
    expect(later.rows.map((one) => one.order)).toEqual([2, 3, 4]);
  });

  it('lets the oldest finished rows go first when they take too much room, none of the last week', async () => {
    const fs = new MemoryFileSystem();
    const note = { kind: 'note', text: 'x'.repeat(4_000_000), files: [] } as const;
    const rows = [1, 2, 3, 4, 5, 6].map((n) =>
      anOutboxRow(n, note, { state: 'delivered', changedAt: NOON + n * DAY_MS }),
    );
    const journal = await open(fs);
    for (const one of rows) await journal.append([one]);
    expect((await open(fs, NOON + 7 * DAY_MS)).rows).toHaveLength(6);
    const later = await open(fs, NOON + 20 * DAY_MS);
    expect(later.rows.map((one) => one.order)).toEqual([3, 4, 5, 6]);
  });

  it('never forgets the highest counters, however far the clock jumps', async () => {
    const fs = new MemoryFileSystem();
    const journal = await open(fs);
    await journal.append([row(1, { state: 'delivered', revision: 9 }), row(2, { state: 'delivered' })]);
    const later = await open(fs, NOON + 4_000 * DAY_MS);
    expect(Math.max(...later.rows.map((one) => one.order))).toBe(2);
    expect(Math.max(...later.rows.map((one) => one.revision))).toBe(9);
  });

  it('tells what a crash tore', async () => {
    const fs = new MemoryFileSystem();
    const journal = await open(fs);
    await journal.append([row(1)]);
    await journal.append([row(2)]);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => bytes.slice(0, -30));
    const again = await open(fs);
    expect(again.rows).toHaveLength(1);
    expect(again.recovery.tornBytes).toBeGreaterThan(0);
  });

  it('stays small while rows change again and again, and loses none while it rewrites', async () => {
    const fs = new MemoryFileSystem();
    const journal = await open(fs);
    const text = 'x'.repeat(100_000);
    const note = { kind: 'note', text, files: [] } as const;
    for (let revision = 1; revision <= 120; revision++) {
      await Promise.all([1, 2].map((n) => journal.append([anOutboxRow(n, note, { revision })])));
    }
    await journal.close();
    const sizes = await Promise.all(fs.paths().map(async (path) => (await fs.read(path))?.length ?? 0));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(13_000_000);
    expect((await open(fs)).rows.map((one) => one.revision)).toEqual([120, 120]);
  });
});
