/** Opens the console in a window of an installed Chromium browser, or in the default browser. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** What of the computer decides how a window is opened. */
export interface Computer {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
  exists(path: string): boolean;
}

export const thisComputer: Computer = {
  platform: process.platform,
  env: process.env,
  exists: existsSync,
};

const LINUX_NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
  'chromium',
  'chromium-browser',
];
const MAC_APPS = ['Google Chrome', 'Microsoft Edge', 'Chromium'];
const WINDOWS_PATHS = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
];

/** Whether a window can be shown at all. */
export function hasDisplay({ platform, env }: Pick<Computer, 'platform' | 'env'>): boolean {
  if (platform === 'darwin' || platform === 'win32') return true;
  return (env['DISPLAY'] ?? '') !== '' || (env['WAYLAND_DISPLAY'] ?? '') !== '';
}

/** Path of an installed Chrome, Edge or Chromium; `null` without one. */
export function findAppBrowser({ platform, env, exists }: Computer): string | null {
  return candidates(platform, env).find((path) => exists(path)) ?? null;
}

function candidates(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'win32') {
    const roots = [env['ProgramFiles'], env['ProgramFiles(x86)'], env['LOCALAPPDATA']];
    return WINDOWS_PATHS.flatMap((path) =>
      roots.flatMap((root) => (root === undefined || root === '' ? [] : [win32.join(root, ...path)])),
    );
  }
  if (platform === 'darwin') {
    const roots = ['/Applications', posix.join(env['HOME'] ?? '/', 'Applications')];
    return MAC_APPS.flatMap((app) =>
      roots.map((root) => posix.join(root, `${app}.app`, 'Contents', 'MacOS', app)),
    );
  }
  // An empty or relative part of PATH would mean the folder the person happens to be in.
  const folders = (env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return LINUX_NAMES.flatMap((name) => folders.map((folder) => posix.join(folder, name)));
}

/**
 * The commands to try, best first. `url` is one argument of its own and never passes a shell.
 * @param profileFolder where the app window keeps its cache, apart from the person's own browsing
 */
export function openCommands(computer: Computer, url: string, profileFolder: string): string[][] {
  const browser = findAppBrowser(computer);
  const asApp =
    browser === null
      ? []
      : [
          [
            browser,
            `--app=${url}`,
            `--user-data-dir=${profileFolder}`,
            '--no-first-run',
            '--no-default-browser-check',
          ],
        ];
  return [...asApp, defaultBrowser(computer, url)];
}

function defaultBrowser({ platform, env }: Computer, url: string): string[] {
  switch (platform) {
    case 'darwin':
      return ['/usr/bin/open', url];
    case 'win32':
      return [
        win32.join(env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'rundll32.exe'),
        'url.dll,FileProtocolHandler',
        url,
      ];
    default:
      return ['xdg-open', url];
  }
}

/** Starts the first command that can be started. @returns whether one could. */
export async function openWindow(commands: readonly string[][]): Promise<boolean> {
  for (const [program = '', ...args] of commands) {
    if (await starts(program, args)) return true;
  }
  return false;
}

function starts(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { detached: true, stdio: 'ignore', windowsHide: false });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
