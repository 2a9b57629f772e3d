/**
 * What this device must not lose before the host has it: decisions not yet acknowledged and
 * drafts not yet taken over; and what belongs to this device alone: how far was read. Apart from
 * the cache, so that throwing the cache away never touches it. Written with strict durability.
 */
import Dexie, { type DexieOptions, type EntityTable } from 'dexie';
import type { Sealed } from './codec';

export const WORK_NAME = 'holdfast-work';

/** Sealed: an Intent. */
export interface SavingRecord extends Sealed {
  ref: string;
  decidedAt: number;
  /** Rising with each decision of this device, whatever the clock does; records of older builds have none. */
  place?: number;
  /** The agent already took it back: undo it once the host has it. */
  undoing: boolean;
}

/** Sealed: a DraftContent. */
export interface DraftRecord extends Sealed {
  /** Conversation key. */
  key: string;
  typedAt: number;
  /** True once the host acknowledged this very content. */
  atHost: boolean;
}

export interface ReadRecord {
  /** Conversation key. */
  key: string;
  /** Time of the newest message seen. */
  upTo: number;
}

export interface WorkDb extends Dexie {
  saving: EntityTable<SavingRecord, 'ref'>;
  drafts: EntityTable<DraftRecord, 'key'>;
  reads: EntityTable<ReadRecord, 'key'>;
}

/** Version 1: saving by reference, drafts and read marks by conversation key. */
export function declareWorkDb(name: string = WORK_NAME, where: DexieOptions = {}): WorkDb {
  const db = new Dexie(name, { ...where, chromeTransactionDurability: 'strict' }) as WorkDb;
  db.version(1).stores({ saving: 'ref', drafts: 'key', reads: 'key' });
  return db;
}
