import { buf as crc32 } from 'crc-32';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskError, MemoryFileSystem } from '../testing/memory-file-system';
import { NewerFormatError } from './record-frame';
import { openRecordLog, type RecordLog } from './record-log';

const folder = 'data/journal';
const SEGMENT_BYTES = 200;

async function open(fs: MemoryFileSystem): Promise<{ log: RecordLog<unknown>; found: unknown[] }> {
  const found: unknown[] = [];
  const log = await openRecordLog<unknown>({ fs, folder, segmentBytes: SEGMENT_BYTES }, (r) => found.push(r));
  return { log, found };
}

describe('a record log', () => {
  it('finds every record again, over several segments, in order', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    const records = Array.from({ length: 40 }, (_, n) => ({ n, text: 'đ — строка\n' }));
    for (const record of records) await log.append([record]);
    await log.close();
    expect(fs.paths().filter((path) => path.endsWith('.log')).length).toBeGreaterThan(5);
    const again = await open(fs);
    expect(again.found).toEqual(records);
    expect(again.log.recovery).toEqual({ count: 40, tornBytes: 0, damaged: 0 });
    expect(again.log.bytes).toBe(log.bytes);
  });

  it('shares one fsync among appends made while another runs', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append([n])));
    expect(fs.syncCount).toBeLessThanOrEqual(2);
    expect((await open(fs)).found).toHaveLength(50);
  });

  it('cuts a torn tail and tells how much', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await log.append(['first']);
    await log.append(['second']);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => bytes.slice(0, -4));
    const again = await open(fs);
    expect(again.found).toEqual(['first']);
    expect(again.log.recovery.tornBytes).toBeGreaterThan(0);
    await again.log.append(['third']);
    expect((await open(fs)).found).toEqual(['first', 'third']);
  });

  it('sets a damaged record in the middle aside, counts it once and keeps the others', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await log.append(['one', 'two', 'three']);
    const path = `${folder}/000001-000001.log`;
    fs.scribble(path, (bytes) => {
      bytes[bytes.indexOf(0x0a) + 16] = 0x7e;
      return bytes;
    });
    const again = await open(fs);
    expect(again.found).toEqual(['one', 'three']);
    expect(again.log.recovery).toMatchObject({ damaged: 1, tornBytes: 0 });
    expect(await fs.read(`${path}.damaged`)).not.toBeNull();
    await again.log.append(['four']);
    const third = await open(fs);
    expect(third.found).toEqual(['one', 'three', 'four']);
    expect(third.log.recovery.damaged).toBe(0);
  });

  it('takes a flipped bit in the version of a line for damage, not for a newer format', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await log.append(['one', 'two']);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => {
      bytes[0] = '3'.charCodeAt(0);
      return bytes;
    });
    const again = await open(fs);
    expect(again.found).toEqual(['two']);
    expect(again.log.recovery.damaged).toBe(1);
  });

  it('refuses a log of a newer format instead of calling it damaged', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await log.append(['one']);
    const body = '- "from the future"';
    const sum = (crc32(new TextEncoder().encode(`2 ${body}`)) >>> 0).toString(16).padStart(8, '0');
    fs.scribble(`${folder}/000001-000001.log`, () => new TextEncoder().encode(`2 ${sum} ${body}\n`));
    await expect(open(fs)).rejects.toThrow(NewerFormatError);
  });

  it('never acknowledges a write the full disk refused, and works again once there is room', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await log.append(['before']);
    fs.partialWriteBytes = 7;
    fs.failing.set('write', diskError('ENOSPC'));
    await expect(log.append(['lost'])).rejects.toThrow('ENOSPC');
    fs.failing.clear();
    await log.append(['after']);
    expect((await open(fs)).found).toEqual(['before', 'after']);
  });

  it('closes itself when a failed write cannot be undone', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await log.append(['before']);
    fs.failing.set('sync', diskError('EIO')).set('truncate', diskError('EIO'));
    await expect(log.append(['lost'])).rejects.toThrow('EIO');
    fs.failing.clear();
    await expect(log.append(['later'])).rejects.toThrow('could not be undone');
  });

  /** A disk on which a file is replaced, but making that durable fails, so often. */
  class HalfReplacingFileSystem extends MemoryFileSystem {
    halfReplaces = 0;
    override async replace(path: string, bytes: Uint8Array): Promise<void> {
      await super.replace(path, bytes);
      if (this.halfReplaces === 0) return;
      this.halfReplaces -= 1;
      throw diskError('EIO');
    }
  }

  it.each([
    ['once', 1],
    ['for good', 1_000],
  ])('loses nothing when the manifest is replaced but not made durable %s', async (_how, halfReplaces) => {
    const fs = new HalfReplacingFileSystem();
    const { log } = await open(fs);
    await log.append(['a', 'b']);
    fs.halfReplaces = halfReplaces;
    await log.rewrite(['b']).catch(() => undefined);
    const taken = await log.append(['c']).then(
      () => ['c'],
      () => [],
    );
    fs.halfReplaces = 0;
    await log.close();
    expect((await open(fs.afterCrash(0))).found).toEqual(['b', ...taken]);
    expect(taken).toEqual(halfReplaces === 1 ? ['c'] : []);
  });

  it('keeps the old content when a rewrite meets a full disk', async () => {
    const fs = new MemoryFileSystem();
    const { log } = await open(fs);
    await log.append(['a', 'b']);
    fs.failing.set('replace', diskError('ENOSPC'));
    await expect(log.rewrite(['b'])).rejects.toThrow('ENOSPC');
    fs.failing.clear();
    await log.append(['c']);
    expect((await open(fs)).found).toEqual(['a', 'b', 'c']);
  });

  it('takes no append after closing', async () => {
    const { log } = await open(new MemoryFileSystem());
    await log.close();
    await expect(log.append(['late'])).rejects.toThrow('closed');
  });
});

type Step = { kind: 'append'; sizes: number[] } | { kind: 'rewrite' };
const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('append'),
        sizes: fc.array(fc.nat(60), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rewrite') }) },
  ),
  { minLength: 1, maxLength: 25 },
) as fc.Arbitrary<Step[]>;

/** A record of the property: `n` is its place in the order of appends. */
interface Numbered {
  n: number;
  text: string;
}

describe('a record log on a disk that crashes anywhere', () => {
  it('keeps every acknowledged record, in order, and invents none', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.nat(120),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (program, operation, share, tear) => {
          const fs = new MemoryFileSystem();
          const { log } = await open(fs);
          fs.crashAt({ operation, share });
          const acknowledged: Numbered[] = [];
          const issued: Numbered[] = [];
          const run = async (): Promise<void> => {
            for (const step of program) {
              if (step.kind === 'rewrite') {
                await log.rewrite(acknowledged);
                continue;
              }
              const appends = step.sizes.map((size) => {
                const record = { n: issued.length, text: 'x'.repeat(size) };
                issued.push(record);
                return log.append([record]).then(() => acknowledged.push(record));
              });
              await Promise.all(appends);
            }
          };
          await Promise.race([run(), fs.crashed]);
          const { found } = await open(fs.afterCrash(tear));
          expect(found.length).toBeGreaterThanOrEqual(acknowledged.length);
          expect(found).toEqual(issued.slice(0, found.length));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('survives a second crash while it repairs the first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(12),
        fc.nat(6),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (first, second, tear) => {
          const fs = new MemoryFileSystem();
          const { log } = await open(fs);
          await log.append([0, 1, 2]);
          await log.append([3]);
          fs.crashAt({ operation: first, share: tear });
          const doomed = async (): Promise<void> => {
            await log.append([4]);
            await log.rewrite([0, 1, 2, 3, 4]);
            await log.append([5]);
          };
          await Promise.race([doomed(), fs.crashed]);
          const repaired = fs.afterCrash(tear);
          repaired.crashAt({ operation: second, share: tear });
          await Promise.race([open(repaired), repaired.crashed]);
          const { found } = await open(repaired.afterCrash(tear));
          expect([0, 1, 2, 3, 4, 5].slice(0, found.length)).toEqual(found);
          expect(found.length).toBeGreaterThanOrEqual(4);
        },
      ),
      { numRuns: 200 },
    );
  });
});
