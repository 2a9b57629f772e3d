import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { forkHost, type Fork } from './children';

it('a host that does not listen to being asked is ended', async () => {
  const deaf = spawn(
    process.execPath,
    ['-e', 'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1e6); console.log("up");'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(deaf.stdout, 'data');
  const fork = (() => ({
    pid: deaf.pid,
    // As Electron's: a request.
    kill: () => deaf.kill('SIGTERM'),
    on: (event: string, listener: (code: number) => void) => deaf.on(event, listener),
  })) as unknown as Fork;
  const host = forkHost(fork, 'host.js', []);
  const gone = new Promise<void>((resolve) => host.onExit(() => resolve()));
  host.kill();
  await gone;
  expect(deaf.signalCode).toBe('SIGKILL');
  // Asked again of one that is gone, it harms nobody.
  expect(() => host.kill()).not.toThrow();
});
