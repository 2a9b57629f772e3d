/** Runs the embedded helpdesk as a Node process that ends when its parent does, however that ends. */
import { spawn } from 'node:child_process';
import type { HelpdeskLauncher } from '../host/helpdesk-launcher';
import { createHelpdeskLauncher, type HelpdeskChild } from './helpdesk-child';

const STOP_PATIENCE_MS = 5_000;

/** @param program path of the built helpdesk (out/main/helpdesk.js) */
export function createNodeHelpdesk(program: string): HelpdeskLauncher {
  return createHelpdeskLauncher((args) => spawnNode([program, ...args, '--supervised']));
}

function spawnNode(args: readonly string[]): HelpdeskChild {
  // A group of its own: Ctrl-C in the terminal reaches the host, which ends it after draining.
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  // Nothing is ever written: the pipe's end is the sign to stop, and it breaks when the child is gone.
  child.stdin.on('error', () => {});
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  exited.catch(() => undefined);
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    async stop() {
      child.stdin.end();
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
      await exited.catch(() => undefined);
      clearTimeout(late);
    },
  };
}
