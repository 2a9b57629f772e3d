/** All that the page of the desktop app is told about its home. Runs sandboxed, before the page. */
import { contextBridge } from 'electron';

/** Puts `holdfastDesktop` on the page's window: a constant, nothing that can be called. */
export function exposeHome(platform: NodeJS.Platform): void {
  contextBridge.exposeInMainWorld('holdfastDesktop', { platform });
}
