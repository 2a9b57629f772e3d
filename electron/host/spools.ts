/** The spools of all accounts and the one epoch that pages are told. */
import { randomUUID } from 'node:crypto';
import type { FileSystem } from '@shared/storage/file-system';
import { openSpool, type Spool } from '@shared/sync/spool';
import type { LightConversation } from '@shared/sync/spool-records';
import type { Install } from './install';

export interface SpoolsOptions {
  fs: FileSystem;
  /** Holds one folder per account. */
  folder: string;
  install: Install;
  onConversation(accountId: string, id: string, light: LightConversation | null): void;
}

/**
 * Opens a spool per account. When one that pages may know was made anew, the epoch told to pages
 * changes, and they empty their cache; a new account changes nothing for the others.
 */
export async function openSpools(
  accountIds: readonly string[],
  { fs, folder, install, onConversation }: SpoolsOptions,
): Promise<ReadonlyMap<string, Spool>> {
  const spools = new Map<string, Spool>();
  for (const accountId of accountIds) {
    const spool = await openSpool({
      fs,
      folder: `${folder}/${encodeURIComponent(accountId)}`,
      newEpoch: randomUUID,
      onConversation: (id, light) => onConversation(accountId, id, light),
    });
    spools.set(accountId, spool);
  }
  const known = install.data.spools;
  const now = Object.fromEntries([...spools].map(([id, spool]) => [id, spool.epoch]));
  const anew = Object.keys(now).some((id) => known[id] !== undefined && known[id] !== now[id]);
  const added = Object.keys(now).some((id) => known[id] === undefined);
  if (anew || added) {
    const epoch = anew ? randomUUID() : install.data.epoch;
    await install.update({ spools: { ...known, ...now }, epoch });
  }
  return spools;
}
