/** Where the host of one data folder listens on the desktop. */
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { posix } from 'node:path';

/** Systems cut or refuse longer socket paths (104 bytes on macOS, 108 on Linux). */
const MAX_SOCKET_PATH_BYTES = 100;

/**
 * A named pipe on Windows; elsewhere a socket beside the lock, or, where that path is too long, in a
 * new temporary folder that only this user can enter.
 */
export async function socketPathFor(
  dataFolder: string,
  platform: NodeJS.Platform,
  temporaryFolder: string,
): Promise<string> {
  if (platform === 'win32') {
    const name = createHash('sha256').update(dataFolder.toLowerCase()).digest('hex').slice(0, 32);
    return `\\\\.\\pipe\\holdfast-${name}`;
  }
  const beside = posix.join(dataFolder, 'console', 'host.sock');
  if (Buffer.byteLength(beside) <= MAX_SOCKET_PATH_BYTES) return beside;
  return posix.join(await mkdtemp(posix.join(temporaryFolder, 'holdfast-')), 'host.sock');
}
