import { describe, expect, it } from 'vitest';
import { MemoryFileSystem } from '../testing/memory-file-system';
import { DamagedRecordError, openIndexedLog, type IndexedLog, type RecordPosition } from './indexed-log';

interface Sample {
  id: number;
  body: string;
}
const folder = 'data/spool';
const FIRST_SEGMENT = `${folder}/000001-000001.log`;
const sample = (id: number): Sample => ({ id, body: 'x'.repeat(50) });

async function open(fs: MemoryFileSystem) {
  const places = new Map<number, RecordPosition>();
  let summarised = 0;
  const log: IndexedLog<Sample, number> = await openIndexedLog<Sample, number>(
    {
      fs,
      folder,
      segmentBytes: 300,
      sidecars: true,
      summarise: ({ id }) => {
        summarised += 1;
        return id;
      },
    },
    (id, at) => places.set(id, at),
  );
  return { log, places, summarisedAtOpen: summarised };
}
async function filled(records = 20): Promise<MemoryFileSystem> {
  const fs = new MemoryFileSystem();
  const { log } = await open(fs);
  for (let id = 0; id < records; id++) await log.append([sample(id)]);
  await log.close();
  return fs;
}
async function expectAll(fs: MemoryFileSystem, records = 20): Promise<number> {
  const { log, places, summarisedAtOpen } = await open(fs);
  expect([...places.keys()]).toEqual(Array.from({ length: records }, (_, id) => id));
  for (const [id, at] of places) expect(await log.read(at)).toEqual([sample(id)]);
  expect(log.recovery).toEqual({ count: records, tornBytes: 0, damaged: 0 });
  return summarisedAtOpen;
}

describe('a log with sidecars', () => {
  it('opens without reading the bodies of sealed segments', async () => {
    expect(await expectAll(await filled())).toBeLessThan(6);
  });

  it('reads the segment itself when its sidecar is lost, and writes a new one', async () => {
    const fs = await filled();
    await fs.remove(`${FIRST_SEGMENT}.index`);
    expect(await expectAll(fs)).toBeGreaterThanOrEqual(6);
    expect(await expectAll(fs)).toBeLessThan(6);
  });

  it('does not believe a sidecar that is damaged or of another length than its segment', async () => {
    const damaged = await filled();
    damaged.scribble(`${FIRST_SEGMENT}.index`, (bytes) => bytes.fill(0x20, 20, 40));
    await expectAll(damaged);

    const shorter = await filled();
    shorter.scribble(FIRST_SEGMENT, (bytes) => bytes.slice(0, -1));
    const found = await open(shorter);
    expect([found.log.recovery.damaged, found.places.has(0), found.places.size]).toEqual([1, true, 19]);
  });

  it('tells of a sealed segment that lost whole records at its end, once', async () => {
    const fs = await filled();
    fs.scribble(FIRST_SEGMENT, (bytes) => bytes.slice(0, bytes.lastIndexOf(0x0a, bytes.length - 2) + 1));
    expect((await open(fs)).log.recovery.damaged).toBe(1);
    expect((await open(fs)).log.recovery.damaged).toBe(0);
  });

  it('tells of a segment that is missing, once', async () => {
    const fs = await filled();
    await fs.remove(FIRST_SEGMENT);
    expect((await open(fs)).log.recovery.damaged).toBe(1);
    const again = await open(fs);
    expect(again.log.recovery.damaged).toBe(0);
    expect(await again.log.append([sample(20)])).toHaveLength(1);
  });

  it('reads neighbours at once', async () => {
    const { log, places } = await open(await filled());
    const first = places.get(0);
    const second = places.get(1);
    if (first === undefined || second === undefined) throw new Error('not found');
    const both = { ...first, length: first.length + second.length };
    expect(await log.read(both)).toEqual([sample(0), sample(1)]);
  });

  it('says so when a record went bad since it was written', async () => {
    const fs = await filled();
    const { log, places } = await open(fs);
    fs.scribble(FIRST_SEGMENT, (bytes) => bytes.fill(0x20, 20, 30));
    await expect(log.read(places.get(0) as RecordPosition)).rejects.toThrow(DamagedRecordError);
    expect(await log.read(places.get(1) as RecordPosition)).toEqual([sample(1)]);
  });

  it('tells the new places after a rewrite, and they hold after a restart', async () => {
    const fs = await filled();
    const { log, places } = await open(fs);
    places.clear();
    await log.rewrite([sample(3), sample(7)], (id, at) => places.set(id, at));
    for (const [id, at] of places) expect(await log.read(at)).toEqual([sample(id)]);
    expect((await open(fs)).places).toEqual(places);
    expect(fs.paths().filter((path) => path.includes('000001-'))).toEqual([]);
  });

  it('overwrites what a failed rewrite could not clean up', async () => {
    const fs = await filled(3);
    const { log } = await open(fs);
    const leftover = await fs.append(`${folder}/000002-000001.log`);
    await leftover.write(new TextEncoder().encode('left behind'));
    await log.rewrite([sample(1)], () => undefined);
    expect((await open(fs)).log.recovery).toEqual({ count: 1, tornBytes: 0, damaged: 0 });
  });
});
