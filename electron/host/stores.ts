/** Everything the host keeps on disk, opened together and closed together. */
import { join } from 'node:path';
import type { Clock } from '@shared/backends/clock';
import type { OutboxPage } from '@shared/contract/door';
import type { FileSystem } from '@shared/storage/file-system';
import { openDrafts, type Drafts } from '@shared/sync/drafts';
import { openFileStore, type FileStore } from './files/file-store';
import type { Install } from './install';
import { openJournal, type Journal } from '@shared/sync/journal';
import { createLightIndex, type LightIndex } from './light-index';
import { openSettings, type SettingsStore } from './settings-store';
import { openSpools, type Spools } from './spools';

const FILES_QUOTA_BYTES = 2 * 1024 * 1024 * 1024;

export interface Stores {
  journal: Journal;
  drafts: Drafts;
  settings: SettingsStore;
  files: FileStore;
  spools: Spools;
  light: LightIndex;
  /** What opening journal and drafts found damaged. */
  recovery: OutboxPage['recovery'];
  /** Writes what waits, then closes. */
  close(): Promise<void>;
}

/** @throws NewerFormatError and the file system's errors */
export async function openStores(options: {
  fs: FileSystem;
  folder: string;
  install: Install;
  accountIds: readonly string[];
  clock: Clock;
  log(sentence: string): void;
}): Promise<Stores> {
  const { fs, folder, install, accountIds, clock, log } = options;
  const light = createLightIndex();
  const opened: { close(): Promise<void> }[] = [];
  const keep = <O extends { close(): Promise<void> }>(one: O): O => {
    opened.unshift(one);
    return one;
  };
  const close = async (): Promise<void> => {
    for (const one of opened) await one.close();
  };
  try {
    const journal = keep(await openJournal(fs, join(folder, 'journal'), clock));
    const drafts = keep(await openDrafts({ fs, folder: join(folder, 'drafts'), clock }));
    const spools = keep(
      await openSpools(accountIds, {
        fs,
        folder: join(folder, 'spool'),
        install,
        onConversation: (accountId, id, row) => light.set(accountId, id, row),
      }),
    );
    const recovery = {
      tornBytes: journal.recovery.tornBytes + drafts.recovery.tornBytes,
      damaged: journal.recovery.damaged + drafts.recovery.damaged,
    };
    if (recovery.damaged > 0) {
      log(`${recovery.damaged} damaged records were set aside in ${folder} (files ending in .damaged).`);
    }
    return {
      journal,
      drafts,
      spools,
      light,
      recovery,
      settings: await openSettings(fs, join(folder, 'settings.json')),
      files: await openFileStore({ fs, folder: join(folder, 'files'), quotaBytes: FILES_QUOTA_BYTES }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
