/**
 * One helpdesk for one data folder. The lock is a listening local socket, which the system takes
 * away with the process, however it ends; a lock file would outlive a kill.
 */
import { createHash } from 'node:crypto';
import { mkdir, realpath, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from './errors';

/**
 * Takes the folder. The lock ends with the process or by the returned function.
 * @throws StartError when another helpdesk has it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex')
    .slice(0, 24);
  const address =
    process.platform === 'win32' ? `\\\\.\\pipe\\holdfast-${name}` : join(tmpdir(), `holdfast-${name}.sock`);
  const server = (await listen(address)) ?? (await replaceStale(address));
  if (!server) {
    throw new StartError(
      `Another helpdesk is already using the data folder ${folder}. Use that one, end it first, or choose another folder with --data.`,
    );
  }
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

async function replaceStale(address: string): Promise<Server | null> {
  if (process.platform === 'win32' || (await answers(address))) return null;
  await unlink(address).catch(() => undefined);
  return listen(address);
}

function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
