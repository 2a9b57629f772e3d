/** The system's keychain for the host, by Electron's safeStorage. Main process only. */
import type * as Electron from 'electron';
import type { HostToParent } from '@shared/contract/host-parent';

export type SafeStorage = Pick<
  Electron.SafeStorage,
  'isEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptString' | 'decryptString'
>;

type Asked = Pick<Extract<HostToParent, { type: 'keychain' }>, 'verb' | 'bytes'>;

/**
 * What the keychain answers, in base64; `null` where there is none or it cannot. On Linux without a
 * secret service Electron falls back to `basic_text`, a password that everybody knows: that is none.
 */
export function askKeychain(
  storage: SafeStorage,
  platform: NodeJS.Platform,
  { verb, bytes }: Asked,
): string | null {
  try {
    if (!isReal(storage, platform)) return null;
    switch (verb) {
      case 'offer':
        return '';
      case 'wrap':
        return storage.encryptString(bytes).toString('base64');
      case 'unwrap':
        return storage.decryptString(Buffer.from(bytes, 'base64'));
    }
  } catch {
    return null;
  }
}

function isReal(storage: SafeStorage, platform: NodeJS.Platform): boolean {
  if (!storage.isEncryptionAvailable()) return false;
  return platform !== 'linux' || storage.getSelectedStorageBackend() !== 'basic_text';
}
