import { describe, expect, it } from 'vitest';
import { findAppBrowser, hasDisplay, openCommands, openWindow, type Computer } from './browser';

const computer = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv, ...files: string[]): Computer => ({
  platform,
  env,
  exists: (path) => files.includes(path),
});

const URL_WITH_SHELL_WORDS = 'http://127.0.0.1:21000/open?code=abc&x=$(touch y)';

describe('opening the console', () => {
  it('shows nothing on a Linux without a display', () => {
    expect(hasDisplay({ platform: 'linux', env: {} })).toBe(false);
    expect(hasDisplay({ platform: 'linux', env: { DISPLAY: '' } })).toBe(false);
    expect(hasDisplay({ platform: 'linux', env: { DISPLAY: ':0' } })).toBe(true);
    expect(hasDisplay({ platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } })).toBe(true);
    expect(hasDisplay({ platform: 'darwin', env: {} })).toBe(true);
  });

  it('prefers Chrome, then Edge, then Chromium, wherever PATH has them', () => {
    const env = { PATH: '/usr/local/bin:/usr/bin' };
    const chrome = '/usr/bin/google-chrome';
    const chromium = '/usr/local/bin/chromium';
    expect(findAppBrowser(computer('linux', env, chromium, chrome))).toBe(chrome);
    expect(findAppBrowser(computer('linux', env, chromium))).toBe(chromium);
    expect(findAppBrowser(computer('linux', env))).toBeNull();
  });

  it('never starts a program from the folder the person is in', () => {
    const env = { PATH: ':.:relative' };
    expect(findAppBrowser(computer('linux', env, 'chromium', './chromium', '/chromium'))).toBeNull();
  });

  it('finds browsers where macOS and Windows install them', () => {
    const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findAppBrowser(computer('darwin', { HOME: '/Users/ann' }, mac))).toBe(mac);
    const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe';
    const env = { ProgramFiles: 'C:\\Program Files', 'ProgramFiles(x86)': 'C:\\Program Files (x86)' };
    expect(findAppBrowser(computer('win32', env, edge))).toBe(edge);
  });

  it('opens an app window with a profile of its own, else the default browser', () => {
    const both = computer('linux', { PATH: '/usr/bin' }, '/usr/bin/chromium');
    expect(openCommands(both, 'http://127.0.0.1:21000/', '/data/browser')).toEqual([
      [
        '/usr/bin/chromium',
        '--app=http://127.0.0.1:21000/',
        '--user-data-dir=/data/browser',
        '--no-first-run',
        '--no-default-browser-check',
      ],
      ['xdg-open', 'http://127.0.0.1:21000/'],
    ]);
  });

  it.each(['linux', 'darwin', 'win32'] as const)(
    'passes the address on %s as one argument, past any shell',
    (platform) => {
      const [command = []] = openCommands(computer(platform, {}), URL_WITH_SHELL_WORDS, '/data/browser');
      expect(command).toContain(URL_WITH_SHELL_WORDS);
      expect(command[0]).not.toMatch(/cmd|sh$|powershell/i);
    },
  );

  it('tries the next program when one cannot be started, and says when none can', async () => {
    expect(await openWindow([['/nowhere/browser'], [process.execPath, '-e', '']])).toBe(true);
    expect(await openWindow([['/nowhere/browser']])).toBe(false);
  });
});
