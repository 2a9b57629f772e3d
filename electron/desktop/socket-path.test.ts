import { stat, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { socketPathFor } from './socket-path';

describe('the place of the host’s socket', () => {
  it('is beside the lock of the data folder', async () => {
    expect(await socketPathFor('/data', 'linux', '/tmp')).toBe('/data/console/host.sock');
  });

  it.skipIf(process.platform === 'win32')(
    'is a folder of its own, for this user alone, when that path is too long',
    async () => {
      const path = await socketPathFor(`/${'д'.repeat(60)}`, 'darwin', tmpdir());
      expect(Buffer.byteLength(path)).toBeLessThanOrEqual(100);
      expect((await stat(dirname(path))).mode & 0o077).toBe(0);
      await rm(dirname(path), { recursive: true });
    },
  );

  it('is one pipe per data folder on Windows, whatever the case of its name', async () => {
    const pipe = await socketPathFor('C:\\Data', 'win32', '');
    expect(pipe).toMatch(/^\\\\\.\\pipe\\holdfast-[0-9a-f]{32}$/);
    expect(await socketPathFor('c:\\data', 'win32', '')).toBe(pipe);
    expect(await socketPathFor('D:\\Data', 'win32', '')).not.toBe(pipe);
  });
});
