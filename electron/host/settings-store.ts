import { DEFAULT_SETTINGS, settingsSchema, type Settings } from '@shared/contract/door';
import type { FileSystem } from '@shared/storage/file-system';
import { DataFolderError, readJson, writeJson } from './json-file';

export interface SettingsStore {
  readonly current: Settings;
  /** Resolves once they are durable. */
  save(settings: Settings): Promise<void>;
}

/** The agent's settings; a damaged file gives the defaults, for they are quickly chosen again. */
export async function openSettings(fs: FileSystem, path: string): Promise<SettingsStore> {
  let current = await readJson(fs, path, settingsSchema).catch((error: unknown) => {
    if (error instanceof DataFolderError) return null;
    throw error;
  });
  return {
    get current() {
      return current ?? DEFAULT_SETTINGS;
    },
    async save(settings) {
      await writeJson(fs, path, settings);
      current = settings;
    },
  };
}
