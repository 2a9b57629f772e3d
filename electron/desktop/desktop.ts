/**
 * The desktop app, put together from Electron's parts: one instance per data folder, the host in a
 * process of its own, the app's scheme answered by it, one hardened window, a tray icon.
 */
import { join } from 'node:path';
import type * as Electron from 'electron';
import { forkHelpdesk, forkHost, type Fork, type ForkedHelpdesk } from './children';
import { createForwarder } from './forwarder';
import { askKeychain } from './keychain';
import { registerScheme, SCHEME } from './scheme';
import { superviseHost, type LaunchedHelpdesk, type Supervisor } from './supervisor';
import { makeTray } from './tray';
import { wallContents, wallSession } from './walls';
import { bringForward, consoleAddress, hideInsteadOfClose, windowOptions } from './window';
import { wordsFor } from './words';

/** What of Electron the shell uses; tests give a fake one. */
export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'Menu'
  | 'nativeImage'
  | 'nativeTheme'
  | 'protocol'
  | 'safeStorage'
  | 'session'
  | 'shell'
  | 'Tray'
  | 'utilityProcess'
>;

export interface DesktopOptions {
  dataFolder: string;
  /** Where host and helpdesk, the preload script and the page are built to. */
  outFolder: string;
  iconFolder: string;
  /** Chosen once the app is ready. */
  socketPath(): Promise<string>;
  /** Waits for a started helpdesk to answer. */
  launchHelpdesk(
    start: (args: readonly string[]) => ForkedHelpdesk,
    o: { dataDir: string; port: number | null; seed: number },
  ): Promise<LaunchedHelpdesk>;
}

/** Windows shows notifications and groups windows by this; the same as `appId` in electron-builder.yml. */
export const APP_ID = 'invalid.holdfast.console';

/** Runs until the app quits. Everything that must come before `ready` happens at once. */
export async function runDesktop(electron: ElectronParts, options: DesktopOptions): Promise<void> {
  const { app, protocol, session, shell, dialog } = electron;
  registerScheme(protocol);
  app.setAppUserModelId(APP_ID);
  // Chromium's own files, and with them the single-instance lock, belong to the data folder.
  app.setPath('userData', join(options.dataFolder, 'desktop'));
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  app.enableSandbox();
  wallContents(app, shell);

  let window: Electron.BrowserWindow | null = null;
  let supervisor: Supervisor | null = null;
  let quitting = false;
  let closed = false;
  const show = (): void => {
    if (window !== null) bringForward(window);
  };
  app.on('second-instance', show);
  app.on('activate', show);
  // The window only hides; the app ends from its menu, the tray or the system.
  app.on('window-all-closed', () => {});
  app.on('before-quit', (event) => {
    quitting = true;
    if (closed || supervisor === null) return;
    event.preventDefault();
    void supervisor.close().finally(() => {
      closed = true;
      app.quit();
    });
  });

  await app.whenReady();
  const words = wordsFor(app.getLocale());
  wallSession(session.defaultSession);
  const socketPath = await options.socketPath();
  protocol.handle(SCHEME, createForwarder(socketPath));
  const tray = makeTray(electron, trayIcon(electron, options.iconFolder), words, {
    open: show,
    quit: () => app.quit(),
  });

  supervisor = superviseHost({
    ...hostStarter(electron, options, socketPath),
    now: Date.now,
    onReady(token, starts) {
      window ??= makeWindow(electron, options, () => quitting);
      void window.loadURL(consoleAddress(token, starts)).catch(() => undefined);
    },
    onFailed(sentence) {
      dialog.showErrorBox(words.cannotStart, sentence);
      app.quit();
    },
  });
  app.once('will-quit', () => tray.destroy());
}

function hostStarter(
  { utilityProcess, safeStorage }: ElectronParts,
  options: DesktopOptions,
  socketPath: string,
) {
  const { outFolder, dataFolder } = options;
  const fork: Fork = (program, args, how) => utilityProcess.fork(program, args, how);
  const hostArgs = ['--data', dataFolder, '--socket', socketPath];
  return {
    askKeychain: (asked: Parameters<typeof askKeychain>[2]) =>
      askKeychain(safeStorage, process.platform, asked),
    startHost: () => forkHost(fork, join(outFolder, 'main', 'host.js'), hostArgs),
    launchHelpdesk: (o: { dataDir: string; port: number | null; seed: number }) =>
      options.launchHelpdesk((args) => forkHelpdesk(fork, join(outFolder, 'main', 'helpdesk.js'), args), o),
  };
}

function makeWindow(
  { BrowserWindow, nativeTheme }: ElectronParts,
  { outFolder, iconFolder }: DesktopOptions,
  isQuitting: () => boolean,
): Electron.BrowserWindow {
  const preload = join(outFolder, 'preload', 'preload.cjs');
  const icon = join(iconFolder, 'icon-512.png');
  const window = new BrowserWindow(windowOptions(preload, icon, nativeTheme.shouldUseDarkColors));
  window.once('ready-to-show', () => window.show());
  hideInsteadOfClose(window, isQuitting);
  // A crashed page holds nothing that the host does not: load it anew.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && !isQuitting()) window.webContents.reload();
  });
  return window;
}

function trayIcon({ nativeImage }: ElectronParts, folder: string): Electron.NativeImage {
  const mac = process.platform === 'darwin';
  const image = nativeImage.createFromPath(join(folder, mac ? 'trayTemplate.png' : 'tray.png'));
  if (mac) image.setTemplateImage(true);
  return image;
}
