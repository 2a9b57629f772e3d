import { describe, expect, it } from 'vitest';
import { askKeychain, type SafeStorage } from './keychain';

const storage = (parts: Partial<SafeStorage> = {}): SafeStorage => ({
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptString: (text) => Buffer.from(`sealed:${text}`),
  decryptString: (sealed) => sealed.toString().replace('sealed:', ''),
  ...parts,
});
const KEY = Buffer.from([1, 2, 3]).toString('base64');

describe('the keychain of the system', () => {
  it('gives back the key that it wrapped', () => {
    const wrapped = askKeychain(storage(), 'darwin', { verb: 'wrap', bytes: KEY });
    expect(wrapped).not.toBeNull();
    expect(Buffer.from(wrapped ?? '', 'base64').toString()).toBe(`sealed:${KEY}`);
    expect(askKeychain(storage(), 'darwin', { verb: 'unwrap', bytes: wrapped ?? '' })).toBe(KEY);
  });

  it('is offered where the system has one, and never in its unprotected stand-in', () => {
    const offer = { verb: 'offer', bytes: '' } as const;
    const stand = storage({ getSelectedStorageBackend: () => 'basic_text' });
    expect(askKeychain(storage(), 'linux', offer)).toBe('');
    expect(askKeychain(stand, 'linux', offer)).toBeNull();
    expect(askKeychain(stand, 'linux', { verb: 'wrap', bytes: KEY })).toBeNull();
    expect(askKeychain(storage({ isEncryptionAvailable: () => false }), 'win32', offer)).toBeNull();
  });

  it('says nothing of a key that it cannot open', () => {
    const failing = storage({
      decryptString: () => {
        throw new Error('another user');
      },
    });
    expect(askKeychain(failing, 'win32', { verb: 'unwrap', bytes: KEY })).toBeNull();
  });
});
