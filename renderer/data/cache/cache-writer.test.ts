import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SpooledChange } from '@shared/contract/door';
import type { Change } from '@shared/domain/entities';
import { conversation, goneConversation, message, NOON, put } from '../testing/builders';
import { declareCacheDb, type CacheDb } from './cache-db';
import { CacheReader } from './cache-reader';
import { CacheWriter } from './cache-writer';
import { createCodec, nullCipher } from './codec';
import { lightOf, type LightRow } from './light-rows';
import { CacheLostError, LostLeadError } from './store-changes';

const codec = createCodec(nullCipher);
let databases = 0;
let db: CacheDb;

beforeEach(() => {
  db = declareCacheDb(`writer-${(databases += 1)}`);
});
afterEach(() => db.delete());

let seq = 0;
const batch = (...changes: Change[]) => {
  const numbered = changes.map((change) => ({ ...change, seq: (seq += 1) }) as SpooledChange);
  return { accountId: 'desk', spoolEpoch: 's', changes: numbered, seq };
};

async function takeOver(now = NOON): Promise<CacheWriter> {
  const { writer } = await CacheWriter.takeOver(db, codec, true, now);
  if (writer.hostEpoch === null) await writer.adopt('h');
  return writer;
}

async function lightRows(): Promise<Map<string, LightRow>> {
  const found = new Map<string, LightRow>();
  const seen = new Set<string>();
  for await (const { rows, gone } of new CacheReader(db, codec).lightRows()) {
    for (const row of rows) if (!seen.has(row.key)) found.set(row.key, row);
    for (const key of [...gone, ...rows.map((row) => row.key)]) seen.add(key);
  }
  return found;
}

const savedReply = (id: string, title: string): Change => ({
  kind: 'savedReply',
  id,
  row: {
    accountId: 'desk',
    id,
    title,
    body: { type: 'text', content: 'Thank you for writing.' },
    shortcut: null,
    folder: null,
    updatedAt: NOON,
  },
  movedTo: null,
});

describe('CacheWriter', () => {
  it('keeps the saved replies of an account, forgets those that are gone, and all with the account', async () => {
    const writer = await takeOver();
    const reader = new CacheReader(db, codec);
    const titles = async () => (await reader.savedReplies()).map(({ title }) => title);
    const told = await writer.store(batch(savedReply('s1', 'Thanks'), savedReply('s2', 'Later')), NOON);
    expect(told.savedRepliesChanged).toBe(true);
    await writer.store(
      batch({ kind: 'savedReply', id: 's1', row: null, movedTo: null }, savedReply('s2', 'Soon')),
      NOON,
    );
    expect(await titles()).toEqual(['Soon']);
    await writer.dropAccount('desk');
    expect(await titles()).toEqual([]);
  });

  it('keeps light rows equal to the conversations through writes, rewritten blocks and restarts', async () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.array(
          fc.record({ id: fc.nat({ max: 600 }), at: fc.nat({ max: 9 }), gone: fc.boolean() }),
          { maxLength: 80 },
        ),
      },
      { weight: 2, arbitrary: fc.constant('flush' as const) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        await db.delete({ disableAutoOpen: false });
        let writer = await takeOver();
        const model = new Map<string, LightRow>();
        let now = NOON;
        for (const one of steps) {
          now += 10_000;
          if (one === 'flush') await writer.flushIfDue(now);
          else if (one === 'restart') writer = await takeOver(now);
          else {
            const rows = one.map(({ id, at }) =>
              conversation(String(id), { lastMessageAt: at, waitingSince: null }),
            );
            await writer.store(
              batch(...one.map(({ gone }, i) => (gone ? goneConversation(rows[i]!.id) : put(rows[i]!)))),
              now,
            );
            for (const [i, { gone }] of one.entries()) {
              const light = lightOf(rows[i]!);
              if (gone) model.delete(light.key);
              else model.set(light.key, light);
            }
          }
          expect(await lightRows()).toEqual(model);
        }
        const { emptied } = await CacheWriter.takeOver(db, codec, true, now + 1);
        expect(emptied).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  it('deletes the messages of a conversation that is gone', async () => {
    const writer = await takeOver();
    await writer.store(batch(put(conversation('1')), put(message('a', '1')), put(message('b', '2'))), NOON);
    const delta = await writer.store(batch(goneConversation('1', '2')), NOON);
    expect(delta.removed).toEqual([{ key: 'desk/1', movedTo: 'desk/2' }]);
    expect((await db.messages.toArray()).map(({ id }) => id)).toEqual(['b']);
  });

  it('remembers where a merged conversation went, until it is here again', async () => {
    const writer = await takeOver();
    await writer.store(batch(put(conversation('1')), goneConversation('3')), NOON);
    await writer.store(batch(goneConversation('1', '2')), NOON);
    const reader = new CacheReader(db, codec);
    const keys = ['desk/1', 'desk/2', 'desk/3'] as const;
    expect([...(await reader.moved(keys))]).toEqual([['desk/1', 'desk/2']]);
    await writer.store(batch(put(conversation('1'))), NOON);
    expect([...(await reader.moved(keys))]).toEqual([]);
    await writer.store(batch(goneConversation('1', '2')), NOON);
    await writer.dropAccount('desk');
    expect([...(await reader.moved(keys))]).toEqual([]);
  });

  it('writes nothing once another leader has taken over', async () => {
    const old = await takeOver();
    await takeOver(NOON + 1);
    await expect(old.store(batch(put(conversation('1'))), NOON)).rejects.toThrow(LostLeadError);
    expect(await db.conversations.count()).toBe(0);
    expect(await db.cursors.count()).toBe(0);
  });

  it('writes nothing into a database that was emptied under it', async () => {
    const writer = await takeOver();
    await db.owner.clear();
    await expect(writer.store(batch(put(conversation('1'))), NOON)).rejects.toThrow(CacheLostError);
    expect(await db.conversations.count()).toBe(0);
  });

  it('keeps rows and cursor together: a failed write moves neither', async () => {
    const writer = await takeOver();
    const first = batch(put(conversation('1')));
    await writer.store(first, NOON);
    const broken = batch({
      ...put(conversation('2')),
      row: { ...conversation('2'), contactId: {} },
    } as unknown as Change);
    (broken.changes[0]!.row as { lastMessageAt: unknown }).lastMessageAt = () => 'cannot be stored';
    await expect(writer.store(broken, NOON)).rejects.toThrow();
    expect((await db.cursors.get('desk'))?.seq).toBe(first.seq);
    expect(await db.conversations.count()).toBe(1);
  });

  it('carries whole rows to the windows only when they are few', async () => {
    const writer = await takeOver();
    const few = await writer.store(batch(put(conversation('1')), put(message('a', '1'))), NOON);
    expect(few.conversations).toHaveLength(1);
    expect(few.messages).toHaveLength(1);
    const many = await writer.store(
      batch(...Array.from({ length: 100 }, (_, i) => put(conversation(String(i))))),
      NOON,
    );
    expect(many.conversations).toBeNull();
    expect(many.light).toHaveLength(100);
    const huge = message('big', '1', { body: { type: 'html', content: 'x'.repeat(300_000) } });
    expect((await writer.store(batch(put(huge)), NOON)).messages).toBeNull();
  });
});
