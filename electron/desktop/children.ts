/** Host and helpdesk as utility processes: with the RunAsNode fuse off, Node cannot start them itself. */
import type { Readable } from 'node:stream';
import type { ForkOptions, UtilityProcess } from 'electron';
import type { HostChild } from './supervisor';

/** `utilityProcess.fork` */
export type Fork = (program: string, args: string[], options: ForkOptions) => UtilityProcess;

const STOP_PATIENCE_MS = 5_000;

/** Starts out/main/host.js. What it logs goes where this process logs. */
export function forkHost(fork: Fork, program: string, args: readonly string[]): HostChild {
  const child = fork(program, [...args], { serviceName: 'Holdfast host', stdio: 'inherit' });
  return {
    postMessage: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', listener),
    kill: () => endNow(child),
  };
}

/** Asked in vain before: a SIGTERM (`kill`) would be one more request. */
function endNow(child: UtilityProcess): void {
  if (child.pid === undefined) return void child.kill();
  try {
    process.kill(child.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/** A helpdesk process, in the shape that waits for its ready line. */
export interface ForkedHelpdesk {
  stdout: Readable | null;
  stderr: Readable | null;
  exited: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts out/main/helpdesk.js. It is not told to watch its standard input (a utility process has none):
 * Electron ends its utility processes itself when it goes.
 */
export function forkHelpdesk(fork: Fork, program: string, args: readonly string[]): ForkedHelpdesk {
  const child = fork(program, [...args], { serviceName: 'Holdfast helpdesk', stdio: 'pipe' });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  return {
    stdout: child.stdout as Readable | null,
    stderr: child.stderr as Readable | null,
    exited,
    async stop() {
      child.kill();
      const late = setTimeout(() => endNow(child), STOP_PATIENCE_MS);
      await exited;
      clearTimeout(late);
    },
  };
}
