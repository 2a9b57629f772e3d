/** Which addresses may leave the app for the system's browser, mail program or telephone. */

const SCHEMES = new Set(['https:', 'mailto:', 'tel:']);
const MAX_CHARACTERS = 4_000;

/**
 * The address to hand to the system, in the form the parser gives it; `null` when it must not be opened.
 * Anything else (files, other programs' schemes, scripts) can start programs on the agent's computer.
 */
export function externalAddress(text: string): string | null {
  if (text.length > MAX_CHARACTERS) return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  if (!SCHEMES.has(url.protocol) && !isOwnChatPage(url)) return null;
  // `https://bank.example@evil.example/` reads as another host than it opens.
  if (url.username !== '' || url.password !== '') return null;
  return url.href;
}

/** The embedded helpdesk's chat page on this computer, where an agent writes to themselves as a customer. */
function isOwnChatPage(url: URL): boolean {
  return (
    url.protocol === 'http:' && url.hostname === '127.0.0.1' && url.pathname === '/chat' && url.search === ''
  );
}
