import Dexie from 'dexie';
import { describe, expect, it } from 'vitest';
import { isBeyondOpening } from './store-bucket';

describe('a failure to open a database', () => {
  it('is beyond repair when the browser cannot make sense of the folder, however Dexie wraps that', () => {
    const cause = new DOMException('Internal error opening backing store', 'UnknownError');
    expect(isBeyondOpening(cause)).toBe(true);
    expect(isBeyondOpening(new Dexie.OpenFailedError('Failed to open', cause))).toBe(true);
  });

  it('is no reason to throw a database away when a newer version wrote it or the disk is full', () => {
    for (const name of ['VersionError', 'QuotaExceededError', 'AbortError', 'InvalidStateError']) {
      expect(isBeyondOpening(new DOMException('no', name))).toBe(false);
    }
    expect(isBeyondOpening('UnknownError')).toBe(false);
  });
});
