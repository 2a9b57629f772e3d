/**
 * The packed light rows on disk. Every conversation lives in one block of about 256; a change
 * rewrites its block some time later, and until then stands in the list of dirty keys, which is
 * written with the change itself.
 *
 *   transaction: records + dirty keys + cursor   →   (1 s later, or many changes)   blocks rewritten, dirty keys gone
 */
import type { Conversation, ConversationKey } from '@shared/domain/entities';
import type { CacheDb } from './cache-db';
import type { Codec } from './codec';
import { DamagedBlockError, lightOf, packRows, unpackRows, type LightRow } from './light-rows';

export const ROWS_PER_BLOCK = 256;
/** Blocks read at a time: enough to be quick, few enough not to hold a frame. */
const BLOCKS_PER_READ = 16;

/** The conversations whose blocks are behind, as they are now. */
export interface DirtyRows {
  /** `null` where one is gone. */
  rows: Map<ConversationKey, LightRow | null>;
  /** False when a conversation is missing that nobody deleted. */
  whole: boolean;
}

export async function readDirtyRows(db: CacheDb, codec: Codec): Promise<DirtyRows> {
  const written = new Map<ConversationKey, boolean>();
  for (const { keys, gone } of await db.dirty.toArray()) {
    for (const key of gone) written.set(key, false);
    for (const key of keys) written.set(key, true);
  }
  const records = await db.conversations.bulkGet([...written.keys()]);
  const present = (await codec.openAll(records.filter((record) => record !== undefined))) as Conversation[];
  const rows = new Map<ConversationKey, LightRow | null>();
  for (const key of written.keys()) rows.set(key, null);
  for (const row of present.map(lightOf)) rows.set(row.key, row);
  const whole = [...written].every(([key, expected]) => !expected || rows.get(key) !== null);
  return { rows, whole };
}

/**
 * Reads the blocks, a few thousand rows at a time. Read the dirty rows before: they are newer.
 * @throws DamagedBlockError
 */
export async function* readBlocks(
  db: CacheDb,
  codec: Codec,
): AsyncGenerator<{ block: number; rows: LightRow[] }[]> {
  const last = await db.blocks.orderBy('block').lastKey();
  for (let from = 0; from <= ((last as number | undefined) ?? -1); from += BLOCKS_PER_READ) {
    const records = await db.blocks
      .where('block')
      .between(from, from + BLOCKS_PER_READ)
      .toArray();
    const packed = await codec.openAll(records);
    yield records.map(({ block }, i) => ({ block, rows: unpackRows(packed[i]) }));
  }
}

/** The writer's knowledge of the blocks: which conversation is where, and what is to be rewritten. */
export class LightBlocks {
  readonly #blockOf = new Map<ConversationKey, number>();
  #pending = new Map<ConversationKey, LightRow | null>();
  #newest = 0;
  #inNewest = 0;

  /**
   * Reads what is there.
   * @throws DamagedBlockError
   */
  static async open(db: CacheDb, codec: Codec): Promise<LightBlocks> {
    const blocks = new LightBlocks();
    const dirty = await readDirtyRows(db, codec);
    for await (const some of readBlocks(db, codec)) {
      for (const { block, rows } of some) {
        for (const row of rows) blocks.#blockOf.set(row.key, block);
        blocks.#newest = block;
        blocks.#inNewest = rows.length;
      }
    }
    if (!dirty.whole) throw new DamagedBlockError();
    for (const [key, row] of dirty.rows) blocks.note(key, row);
    return blocks;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Remembers a committed change (`null`: gone) for the next rewriting. */
  note(key: ConversationKey, row: LightRow | null): void {
    this.#pending.set(key, row);
    if (row !== null && !this.#blockOf.has(key)) this.#place(key);
  }

  noteAccountGone(accountId: string): void {
    for (const key of [...this.#blockOf.keys()]) if (key.startsWith(`${accountId}/`)) this.note(key, null);
  }

  /** Whether every conversation on disk has its place here, and no other. */
  async fits(db: CacheDb): Promise<boolean> {
    const gone = [...this.#pending].filter(([key, row]) => row === null && this.#blockOf.has(key)).length;
    return (await db.conversations.count()) === this.#blockOf.size - gone;
  }

  /**
   * Rewrites the blocks that changed. Never at the same time as another write of this leader.
   * @param guard runs first inside the transaction; throws when this writer lost the lead
   */
  async flush(db: CacheDb, codec: Codec, guard: () => Promise<void>): Promise<void> {
    if (this.#pending.size === 0) return;
    const pending = this.#pending;
    this.#pending = new Map();
    const lastDirty = await db.dirty.orderBy(':id').lastKey();
    const touched = new Map<number, Map<ConversationKey, LightRow>>();
    for (const key of pending.keys()) {
      const block = this.#blockOf.get(key);
      if (block !== undefined) touched.set(block, new Map());
    }
    try {
      const ids = [...touched.keys()];
      const records = (await db.blocks.bulkGet(ids)).filter((record) => record !== undefined);
      const packed = await codec.openAll(records);
      for (const [i, record] of records.entries()) {
        const rows = touched.get(record.block);
        for (const row of unpackRows(packed[i])) rows?.set(row.key, row);
      }
      for (const [key, row] of pending) {
        const rows = touched.get(this.#blockOf.get(key) ?? -1);
        if (row === null) rows?.delete(key);
        else rows?.set(key, row);
      }
      const sealed = await codec.sealAll(ids.map((block) => packRows(touched.get(block)?.values() ?? [])));
      await db.transaction('rw', [db.blocks, db.dirty, db.owner], async () => {
        await guard();
        await db.blocks.bulkPut(ids.map((block, i) => ({ block, ...sealed[i]! })));
        if (lastDirty !== undefined) await db.dirty.where(':id').belowOrEqual(lastDirty).delete();
      });
      for (const [key, row] of pending)
        if (row === null && !this.#pending.has(key)) this.#blockOf.delete(key);
    } catch (failure) {
      for (const [key, row] of pending) if (!this.#pending.has(key)) this.#pending.set(key, row);
      throw failure;
    }
  }

  #place(key: ConversationKey): void {
    if (this.#inNewest >= ROWS_PER_BLOCK) {
      this.#newest += 1;
      this.#inNewest = 0;
    }
    this.#inNewest += 1;
    this.#blockOf.set(key, this.#newest);
  }
}
