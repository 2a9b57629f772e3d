/** Finds the desktop app's binary without ever fetching it, and runs the app with it. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Path of the installed Electron binary; `null` without one. The package is never imported: doing so
 * would start a download of some 100 MB.
 * @param appFolder the folder of package.json
 */
export function findDesktopBinary(appFolder: string): string | null {
  const electron = join(appFolder, 'node_modules', 'electron');
  try {
    const binary = join(electron, 'dist', readFileSync(join(electron, 'path.txt'), 'utf8').trim());
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

/**
 * Runs the desktop app until it ends; SIGINT and SIGTERM are passed on to it.
 * @returns its exit code, 0 when a passed-on signal ended it.
 */
export function runDesktopApp(binary: string, appFolder: string, dataFolder: string): Promise<number> {
  const { ELECTRON_RUN_AS_NODE: _never, ...env } = process.env;
  const child = spawn(binary, [appFolder, '--data', dataFolder], { stdio: 'inherit', env });
  let asked = false;
  const passOn = (): void => {
    asked = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', passOn);
  process.on('SIGTERM', passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(asked ? 0 : (code ?? 1)));
  });
}
