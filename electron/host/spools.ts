/** The spools of all accounts and the one epoch that pages are told. */
import { randomUUID } from 'node:crypto';
import type { FileSystem } from '@shared/storage/file-system';
import { openSpool, type Spool } from '@shared/sync/spool';
import type { LightConversation } from '@shared/sync/spool-records';
import { SOUND } from '@shared/sync/spool-seqs';
import type { Install } from './install';

export interface SpoolsOptions {
  fs: FileSystem;
  /** Holds one folder per account. */
  folder: string;
  install: Install;
  onConversation(accountId: string, id: string, light: LightConversation | null): void;
}

export interface Spools {
  get(accountId: string): Spool | undefined;
  /** Opens one more, or gives the one that is open. */
  open(accountId: string): Promise<Spool>;
  /** Closes one and removes its rows: all of them are at the helpdesk. */
  drop(accountId: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a spool per account. When one that pages may know was made anew, the epoch told to pages
 * changes, and they empty their cache; a new account changes nothing for the others.
 */
export async function openSpools(accountIds: readonly string[], options: SpoolsOptions): Promise<Spools> {
  const { fs, folder, install, onConversation } = options;
  const spools = new Map<string, Spool>();
  const folderOf = (accountId: string): string => `${folder}/${encodeURIComponent(accountId)}`;

  /** A page may sleep through a removal: what says which seqs were given out stays, so that none is given twice. */
  async function empty(accountId: string): Promise<void> {
    const files = await fs.list(folderOf(accountId));
    const rest = files.filter((file) => file !== SOUND);
    for (const file of rest) await fs.remove(`${folderOf(accountId)}/${file}`);
  }

  async function open(accountId: string): Promise<Spool> {
    // Left by a removal that was cut off: some rows are gone, and a cursor would say that they are there.
    if (install.data.spools[accountId] === undefined) await empty(accountId);
    const spool = await openSpool({
      fs,
      folder: folderOf(accountId),
      newEpoch: randomUUID,
      onConversation: (id, light) => onConversation(accountId, id, light),
    });
    spools.set(accountId, spool);
    return spool;
  }

  async function tellEpochs(): Promise<void> {
    const known = install.data.spools;
    const now = Object.fromEntries([...spools].map(([id, spool]) => [id, spool.epoch]));
    const anew = Object.keys(now).some((id) => known[id] !== undefined && known[id] !== now[id]);
    const added = Object.keys(now).some((id) => known[id] === undefined);
    if (!anew && !added) return;
    const epoch = anew ? randomUUID() : install.data.epoch;
    await install.update({ spools: { ...known, ...now }, epoch });
  }

  const close = async (): Promise<void> => {
    for (const spool of spools.values()) await spool.close();
  };
  try {
    for (const accountId of accountIds) await open(accountId);
    await tellEpochs();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get: (accountId) => spools.get(accountId),
    async open(accountId) {
      const spool = spools.get(accountId) ?? (await open(accountId));
      await tellEpochs();
      return spool;
    },
    async drop(accountId) {
      await spools.get(accountId)?.close();
      spools.delete(accountId);
      // The epoch first: rows without one are nobody's, an epoch without rows would look like a loss.
      const { [accountId]: _gone, ...rest } = install.data.spools;
      const isSound = (await fs.list(folderOf(accountId))).includes(SOUND);
      await install.update({ spools: rest, ...(!isSound && { epoch: randomUUID() }) });
      await empty(accountId);
    },
    close,
  };
}
