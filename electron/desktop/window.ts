/** The console's window: hardened, and hidden instead of closed. */
import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import { PAGE_ORIGIN } from './scheme';

/** Options of every window of the app. Defaults are written out, so that none changes unseen. */
export function windowOptions(preload: string, icon: string, dark: boolean): BrowserWindowConstructorOptions {
  return {
    width: 1440,
    height: 900,
    minWidth: 480,
    minHeight: 400,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: dark ? '#17181c' : '#ffffff',
    title: 'Holdfast',
    icon,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: true,
    },
  };
}

/**
 * The console's address with this launch's token. A host that started anew has a new token, and only a
 * change before the fragment makes the page load again: hence the count.
 */
export function consoleAddress(token: string, hostStarts: number): string {
  return `${PAGE_ORIGIN}/${hostStarts > 1 ? `?start=${hostStarts}` : ''}#${token}`;
}

/** Closing hides: the queue goes on being watched. `isQuitting` tells a real end. */
export function hideInsteadOfClose(window: BrowserWindow, isQuitting: () => boolean): void {
  window.on('close', (event) => {
    if (isQuitting()) return;
    event.preventDefault();
    window.hide();
  });
}

/** Brings the window to the front, from the tray or from behind. */
export function bringForward(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
