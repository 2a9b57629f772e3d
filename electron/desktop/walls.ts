/** What the content of any window may never do, whatever window it is. */
import type { App, Session, Shell, WebContents } from 'electron';
import { externalAddress } from './external-links';
import { MAIL_ORIGIN, PAGE_ORIGIN } from './scheme';

/** The only permission given, and only to the console itself: putting text on the clipboard. */
const GIVEN = 'clipboard-sanitized-write';

/** Denies every permission and device by default. */
export function wallSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) => {
    decide(permission === GIVEN && isPage(details.requestingUrl) && details.isMainFrame);
  });
  session.setPermissionCheckHandler(
    (_contents, permission, requestingOrigin, details) =>
      permission === GIVEN && isPage(requestingOrigin) && details.isMainFrame,
  );
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, decide) => decide({}));
}

/** Puts the walls around every web contents the app will ever make. */
export function wallContents(app: App, shell: Pick<Shell, 'openExternal'>): void {
  app.on('web-contents-created', (_event, contents) => wall(contents, shell));
}

function wall(contents: WebContents, shell: Pick<Shell, 'openExternal'>): void {
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // A link of a mail that got through everything else ends here: nothing navigates anywhere.
  contents.on('will-frame-navigate', (event) => {
    const allowed = event.isMainFrame ? isConsole(event.url) : isMailFrame(event.url);
    if (!allowed) event.preventDefault();
  });
  contents.on('will-navigate', (event) => {
    if (!isConsole(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const address = externalAddress(url);
    if (address !== null) void shell.openExternal(address);
    return { action: 'deny' };
  });
}

/** The console's document itself, whatever its query or fragment. */
function isConsole(text: string): boolean {
  const url = parsed(text);
  return url !== null && originOf(url) === PAGE_ORIGIN && (url.pathname === '/' || url.pathname === '');
}

function isMailFrame(text: string): boolean {
  const url = parsed(text);
  return url !== null && originOf(url) === MAIL_ORIGIN && url.pathname === '/mail-frame';
}

function isPage(text: string | undefined): boolean {
  const url = parsed(text ?? '');
  return url !== null && originOf(url) === PAGE_ORIGIN;
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Node gives custom schemes the origin "null". */
function originOf(url: URL): string {
  return url.username === '' && url.password === '' ? `${url.protocol}//${url.host}` : '';
}
