/**
 * The app's own scheme. Both origins are frozen: `holdfast://console` owns the page's IndexedDB.
 * Links from outside will use a scheme of another name, so that no link can ever name a page of the app.
 */
import type { CustomScheme, Protocol } from 'electron';

export const SCHEME = 'holdfast';
export const PAGE_ORIGIN = `${SCHEME}://console`;
export const MAIL_ORIGIN = `${SCHEME}://mail`;

/** `corsEnabled` and `bypassCSP` stay out: the scheme obeys every rule a site obeys. */
export const PRIVILEGES: CustomScheme = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
};

/** Must run before the app is ready; Electron takes it once. */
export function registerScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([PRIVILEGES]);
}
