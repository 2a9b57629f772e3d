/**
 * Each database lives in a storage bucket of its own: a folder that the browser can throw away
 * whole. A folder that lost its manifest can be neither opened nor emptied through IndexedDB, by
 * any page of the origin, for ever (measured in Chromium 156: `UnknownError`, also on deleting);
 * throwing its bucket away takes 20 ms and leaves the other database alone. Opening a bucket costs
 * 1 ms. A browser without buckets has the origin's one folder.
 */
import type { Dexie, DexieOptions } from 'dexie';

export type StoreName = 'cache' | 'work';

/** The part of the Storage Buckets API that is used (https://wicg.github.io/storage-buckets/). */
interface StorageBuckets {
  open(name: string): Promise<{ indexedDB: IDBFactory }>;
  delete(name: string): Promise<void>;
}

/** Where the databases of one name live, for the constructor of Dexie. */
export async function bucketOf(name: StoreName): Promise<DexieOptions> {
  const bucket = await buckets()?.open(name);
  return bucket === undefined ? {} : { indexedDB: bucket.indexedDB, IDBKeyRange };
}

/** The buckets of both databases. */
export async function openBuckets(): Promise<Record<StoreName, DexieOptions>> {
  const [cache, work] = await Promise.all([bucketOf('cache'), bucketOf('work')]);
  return { cache, work };
}

/**
 * Throws the bucket of a database away when the database is beyond opening.
 * @returns true when it did: only a page that starts anew gets the new bucket
 */
export async function discardIfBroken(name: StoreName, db: Dexie): Promise<boolean> {
  const all = buckets();
  if (all === undefined) return false;
  try {
    await db.open();
    return false;
  } catch (failure) {
    if (!isBeyondOpening(failure)) return false;
    await all.delete(name);
    return true;
  }
}

/** True for what Chromium says of a folder that it cannot make sense of. */
export function isBeyondOpening(failure: unknown): boolean {
  return namesOf(failure).includes('UnknownError');
}

/** True for a write that found no room, however Dexie wraps that. */
export function isFull(failure: unknown): boolean {
  return namesOf(failure).includes('QuotaExceededError');
}

/** The names of an error and of everything it was made from. */
function namesOf(failure: unknown): string[] {
  if (!(failure instanceof Error)) return [];
  return [failure.name, ...namesOf((failure as { inner?: unknown }).inner)];
}

function buckets(): StorageBuckets | undefined {
  return (globalThis.navigator as { storageBuckets?: StorageBuckets } | undefined)?.storageBuckets;
}
