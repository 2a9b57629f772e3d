/**
 * Who may ask: only this machine, only with the token, and never a foreign web page. The host
 * name is checked against a list (a page whose name was rebound to 127.0.0.1 sends its own name);
 * the port is not, so a proxy on this machine may stand between.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { DeskError } from '../desk/desk-error';

const LOCAL_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Refuses foreign host names and requests that a page of another origin sent. */
export const localOnly: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host') ?? '';
  if (!LOCAL_NAMES.has(host.toLowerCase().replace(/:\d+$/u, ''))) {
    throw new DeskError(403, 'foreign_host', 'This helpdesk answers only to 127.0.0.1 and localhost.');
  }
  const origin = c.req.header('origin');
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw new DeskError(403, 'foreign_page', 'Requests of pages from elsewhere are not taken.');
  }
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLinkFollowed(c)) {
    throw new DeskError(403, 'foreign_page', 'Requests of pages from elsewhere are not taken.');
  }
  await next();
};

/** A person may follow a link from anywhere to the chat page. */
function isLinkFollowed(c: Context): boolean {
  return (
    c.req.method === 'GET' &&
    c.req.header('sec-fetch-mode') === 'navigate' &&
    (c.req.path === '/chat' || c.req.path === '/')
  );
}

/** Asks for `Authorization: Bearer TOKEN`. */
export function bearer(token: string): MiddlewareHandler {
  return async (c, next) => {
    const [, given] = /^Bearer\s+(\S+)\s*$/iu.exec(c.req.header('authorization') ?? '') ?? [];
    if (given === undefined) {
      throw new DeskError(
        401,
        'no_token',
        'Send the token as "Authorization: Bearer TOKEN"; it is in tokens.json of the data folder.',
      );
    }
    if (!sameText(given, token)) {
      throw new DeskError(401, 'wrong_token', 'The token is not the one in tokens.json of the data folder.');
    }
    await next();
  };
}

/** Compares in a time that tells nothing about where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
