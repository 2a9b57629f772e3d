/** The shell against a fake Electron, with every applicable item of Electron's security checklist by name. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { APP_ID, runDesktop, type DesktopOptions } from './desktop';
import { fakeElectron, FakeWindow, type FakeContents } from './fake-electron.test-data';

const ROOT = join(import.meta.dirname, '..', '..');
const TOKEN = 't'.repeat(43);

let electron: ReturnType<typeof fakeElectron>;
const launchHelpdesk = vi.fn<DesktopOptions['launchHelpdesk']>();
const options: DesktopOptions = {
  dataFolder: '/data',
  outFolder: '/app/out',
  iconFolder: '/app/resources/icons',
  socketPath: async () => '/data/console/host.sock',
  launchHelpdesk,
};

beforeEach(() => {
  electron = fakeElectron();
  launchHelpdesk.mockReset();
});

/** The app with its host up and its window made. */
async function opened(): Promise<{ window: FakeWindow; contents: FakeContents }> {
  const running = runDesktop(electron.parts, options);
  electron.becomeReady();
  await running;
  electron.children[0]?.emit('message', { type: 'ready', token: TOKEN });
  const window = FakeWindow.all[0] as FakeWindow;
  return { window, contents: window.webContents };
}

/** Whether a navigation is let through. */
function goes(contents: FakeContents, event: string, details: object): boolean {
  let prevented = false;
  contents.emit(event, { preventDefault: () => (prevented = true), ...details });
  return !prevented;
}

describe('Electron’s security checklist', () => {
  it('1 and 18: loads only its own scheme, never http or file', async () => {
    const { window } = await opened();
    expect(window.loaded).toEqual([`holdfast://console/#${TOKEN}`]);
    expect(electron.protocol.handle.mock.calls.map(([scheme]) => scheme)).toEqual(['holdfast']);
    const [schemes] = electron.protocol.registerSchemesAsPrivileged.mock.calls[0] as unknown as [object[]];
    expect(schemes).toEqual([
      {
        scheme: 'holdfast',
        privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
      },
    ]);
  });

  it('2: gives no page, frame or worker Node', async () => {
    const { window } = await opened();
    expect(window.options.webPreferences).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    });
  });

  it('3: isolates the preload script’s context', async () => {
    expect((await opened()).window.options.webPreferences?.contextIsolation).toBe(true);
  });

  it('4: sandboxes every process, before the first one starts', async () => {
    expect((await opened()).window.options.webPreferences?.sandbox).toBe(true);
    expect(electron.order.indexOf('sandbox')).toBeLessThan(electron.order.indexOf('wait for ready'));
  });

  it('5: denies permissions on request and on check, but for the clipboard of the console itself', async () => {
    await opened();
    const { session } = electron;
    const [request] = session.setPermissionRequestHandler.mock.calls[0] as [
      (c: null, p: string, decide: (yes: boolean) => void, d: object) => void,
    ];
    const [check] = session.setPermissionCheckHandler.mock.calls[0] as [
      (c: null, p: string, origin: string, d: object) => boolean,
    ];
    const asked = (permission: string, url: string, isMainFrame = true): boolean[] => {
      let decided = false;
      request(null, permission, (yes) => (decided = yes), { requestingUrl: url, isMainFrame });
      return [decided, check(null, permission, url, { isMainFrame })];
    };
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'midi',
      'openExternal',
      'clipboard-read',
      'fileSystem',
      'unknown',
    ]) {
      expect(asked(permission, 'holdfast://console/')).toEqual([false, false]);
    }
    expect(asked('clipboard-sanitized-write', 'holdfast://console/')).toEqual([true, true]);
    expect(asked('clipboard-sanitized-write', 'holdfast://mail/', false)).toEqual([false, false]);
    expect(asked('clipboard-sanitized-write', 'holdfast://console/', false)).toEqual([false, false]);
    expect(asked('clipboard-sanitized-write', 'https://console/')).toEqual([false, false]);
    const [device] = session.setDevicePermissionHandler.mock.calls[0] as [() => boolean];
    expect(device()).toBe(false);
    const [capture] = session.setDisplayMediaRequestHandler.mock.calls[0] as [
      (request: null, decide: (streams: object) => void) => void,
    ];
    const decide = vi.fn();
    capture(null, decide);
    expect(decide).toHaveBeenCalledWith({});
  });

  it('6, 8, 9 and 10: keeps web security on, and mixed content and experiments off', async () => {
    const preferences = (await opened()).window.options.webPreferences ?? {};
    expect(preferences).toMatchObject({
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
    });
    expect(preferences.enableBlinkFeatures).toBeUndefined();
  });

  it('11 and 12: has no webview, and refuses one that is attached anyway', async () => {
    const { window, contents } = await opened();
    expect(window.options.webPreferences?.webviewTag).toBe(false);
    expect(goes(contents, 'will-attach-webview', {})).toBe(false);
  });

  it.each([
    ['holdfast://console/', true, true],
    ['holdfast://console/?start=2', true, true],
    ['holdfast://console/blob/a.html?s=1', true, false],
    ['holdfast://mail/mail-frame', true, false],
    ['holdfast://mail/mail-frame', false, true],
    ['holdfast://mail/blob/a.svg', false, false],
    ['holdfast://console/', false, false],
    ['https://evil.example/', true, false],
    ['https://evil.example/', false, false],
    ['file:///etc/passwd', true, false],
    ['javascript:alert(1)', true, false],
    ['data:text/html,x', false, false],
    ['holdfast://evil@console/', true, false],
    ['not an address', true, false],
  ])('13: a frame goes to %s (main frame: %s): %s', async (url, isMainFrame, allowed) => {
    const { contents } = await opened();
    expect(goes(contents, 'will-frame-navigate', { url, isMainFrame })).toBe(allowed);
    if (isMainFrame) expect(goes(contents, 'will-navigate', { url })).toBe(allowed);
    expect(goes(contents, 'will-redirect', { url })).toBe(false);
  });

  it.each([
    ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
    ['mailto:ann@example.com', 'mailto:ann@example.com'],
    ['tel:+37250000000', 'tel:+37250000000'],
    ['http://127.0.0.1:4010/chat', 'http://127.0.0.1:4010/chat'],
    ['http://127.0.0.1:4010/chat?do=1', null],
    ['http://127.0.0.1:4010/api/v1/me', null],
    ['http://example.com/chat', null],
    ['http://example.com/', null],
    ['https://bank.example@evil.example/', null],
    ['file:///etc/passwd', null],
    ['smb://evil.example/x', null],
    ['ms-msdt:/id', null],
    ['javascript:alert(1)', null],
    ['holdfast://console/', null],
    ['//evil.example', null],
  ])('14 and 15: %s opens no window, and leaves for the system as %s', async (url, leavesAs) => {
    const { contents } = await opened();
    expect(contents.openHandler?.({ url })).toEqual({ action: 'deny' });
    expect(electron.shell.openExternal.mock.calls).toEqual(leavesAs === null ? [] : [[leavesAs]]);
  });

  it('15: hands no address of thousands of characters to the system', async () => {
    const { contents } = await opened();
    contents.openHandler?.({ url: `https://example.com/${'x'.repeat(5_000)}` });
    expect(electron.shell.openExternal).not.toHaveBeenCalled();
  });

  it('16: uses an Electron whose sandboxed frames are repaired (44.9.1 or later)', () => {
    const { version } = JSON.parse(
      readFileSync(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8'),
    ) as { version: string };
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(44_009_001);
  });

  it('17 and 20: has no IPC and shows the page one constant, nothing that can be called', () => {
    const sources = readdirSync(import.meta.dirname)
      .filter((name) => name.endsWith('.ts') && !/\.test(-data)?\.ts$/.test(name))
      .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
      .join('\n');
    expect(sources).not.toMatch(/ipcMain|ipcRenderer|webFrame\b|MessageChannelMain/);
    expect(sources.match(/exposeInMainWorld\(.*\)/g)).toEqual([
      "exposeInMainWorld('holdfastDesktop', { platform })",
    ]);
  });
});

describe('the desktop app', () => {
  it('is one instance per data folder; a second start only brings the window of the first forward', async () => {
    const { window } = await opened();
    expect(electron.app.setPath).toHaveBeenCalledWith('userData', join('/data', 'desktop'));
    expect(electron.order.indexOf('path userData')).toBeLessThan(electron.order.indexOf('single instance'));
    window.minimized = true;
    electron.app.emit('second-instance');
    expect(window.restore).toHaveBeenCalledOnce();
    expect(window.focus).toHaveBeenCalledOnce();

    const second = fakeElectron({ firstInstance: false });
    await runDesktop(second.parts, options);
    expect(second.app.quit).toHaveBeenCalledOnce();
    expect(second.children).toEqual([]);
  });

  it('registers its scheme and name before Electron is ready', async () => {
    void runDesktop(electron.parts, options);
    expect(electron.order[0]).toBe('scheme');
    expect(electron.app.setAppUserModelId).toHaveBeenCalledWith(APP_ID);
    expect(electron.children).toEqual([]);
  });

  it('starts the host in a process of its own, listening on the socket that the scheme is forwarded to', async () => {
    await opened();
    expect(electron.children).toHaveLength(1);
    expect(electron.children[0]).toMatchObject({
      program: join('/app/out', 'main', 'host.js'),
      args: ['--data', '/data', '--socket', '/data/console/host.sock'],
    });
  });

  it('shows the window once it is drawn, and hides it instead of closing it', async () => {
    const { window } = await opened();
    expect(window.options.show).toBe(false);
    window.emit('ready-to-show');
    expect(window.show).toHaveBeenCalledOnce();
    const event = { preventDefault: vi.fn() };
    window.emit('close', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
    expect(window.hide).toHaveBeenCalledOnce();
  });

  it('opens and quits from the tray, in the language of the system', async () => {
    const { window } = await opened();
    const items = electron.trays[0]?.menu?.items ?? [];
    expect(items.map(({ label }) => label)).toEqual(['Mở Holdfast', undefined, 'Thoát']);
    items[0]?.click?.();
    expect(window.show).toHaveBeenCalledOnce();
    items[2]?.click?.();
    expect(electron.app.quit).toHaveBeenCalledOnce();
  });

  it('drains the host before it quits, and then lets the window close', async () => {
    const { window } = await opened();
    electron.app.quit();
    expect(electron.children[0]?.posted).toEqual([{ type: 'close' }]);
    await vi.waitFor(() => expect(electron.app.quit).toHaveBeenCalledTimes(2));
    expect(electron.trays[0]?.destroy).toHaveBeenCalledOnce();
    const event = { preventDefault: vi.fn() };
    window.emit('close', event);
    expect(event.preventDefault).not.toHaveBeenCalled();
    expect(electron.children).toHaveLength(1);
  });

  it('loads the page anew with the new token when the host had to be started again', async () => {
    vi.useFakeTimers();
    try {
      const { window } = await opened();
      electron.children[0]?.emit('exit', 9);
      await vi.advanceTimersByTimeAsync(500);
      electron.children[1]?.emit('message', { type: 'ready', token: 'n'.repeat(43) });
      expect(FakeWindow.all).toHaveLength(1);
      expect(window.loaded.at(-1)).toBe(`holdfast://console/?start=2#${'n'.repeat(43)}`);
    } finally {
      vi.useRealTimers();
    }
  });

  it('loads a crashed page again, but not one that ended by itself', async () => {
    const { contents } = await opened();
    contents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    expect(contents.reload).not.toHaveBeenCalled();
    contents.emit('render-process-gone', {}, { reason: 'oom' });
    expect(contents.reload).toHaveBeenCalledOnce();
  });

  it('shows the host’s own sentence when it cannot start, and quits', async () => {
    const running = runDesktop(electron.parts, options);
    electron.becomeReady();
    await running;
    electron.children[0]?.emit('message', {
      type: 'failed',
      message: 'The data folder is from a newer version.',
    });
    expect(electron.dialog.showErrorBox).toHaveBeenCalledWith(
      'Không thể khởi động Holdfast',
      'The data folder is from a newer version.',
    );
    expect(electron.app.quit).toHaveBeenCalledOnce();
    expect(FakeWindow.all).toEqual([]);
  });

  it('starts the helpdesk for the host, as another utility process', async () => {
    launchHelpdesk.mockImplementation(async (start) => {
      const { exited, stop } = start(['--port', '0']);
      return { url: 'http://127.0.0.1:1/', token: 'h', exited, stop };
    });
    await opened();
    const host = electron.children[0];
    host?.emit('message', {
      type: 'launch-helpdesk',
      launch: 'a',
      dataDir: '/data/helpdesk',
      port: null,
      seed: 3,
    });
    await vi.waitFor(() =>
      expect(host?.posted).toEqual([
        { type: 'helpdesk-started', launch: 'a', url: 'http://127.0.0.1:1/', token: 'h' },
      ]),
    );
    expect(electron.children[1]).toMatchObject({
      program: join('/app/out', 'main', 'helpdesk.js'),
      args: ['--port', '0'],
    });
    host?.emit('message', { type: 'stop-helpdesk', launch: 'a' });
    await vi.waitFor(() => expect(host?.posted.at(-1)).toEqual({ type: 'helpdesk-exited', launch: 'a' }));
  });
});
