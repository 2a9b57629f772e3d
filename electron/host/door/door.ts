/** The door of `shared/contract/door.ts` as one fetch handler. Transport and its guard are outside. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { BUILD_HEADER, CONTRACT_HEADER, CONTRACT_VERSION, TOKEN_HEADER } from '@shared/contract/door';
import { Hono, type MiddlewareHandler } from 'hono';
import { accountRoutes } from './account-routes';
import { blobRoutes } from './blob-routes';
import type { DoorDeps } from './deps';
import { draftRoutes } from './draft-routes';
import { failureResponse, isUnforeseen, Refusal } from './failures';
import { intentRoutes } from './intent-routes';
import { logRoutes } from './log-routes';
import { readRoutes } from './read-routes';
import { teamRoutes } from './team-routes';
import { uploadRoutes } from './upload-routes';

/** Answers /door/* (by token) and /blob/* (by signature). Never rejects. */
export function createDoor(deps: DoorDeps): (request: Request) => Promise<Response> {
  const app = new Hono();
  app.use('*', stampVersions(deps));
  app.use('/door/*', demandToken(deps));
  app.use('/door/*', takeNothingWhileClosing(deps));
  app.use('/door/*', noticeAgents(deps));
  app.route('/door', readRoutes(deps));
  app.route('/door', accountRoutes(deps));
  app.route('/door', intentRoutes(deps));
  app.route('/door', logRoutes(deps));
  app.route('/door', draftRoutes(deps));
  app.route('/door', uploadRoutes(deps));
  app.route('/door', teamRoutes(deps));
  app.route('/', blobRoutes(deps));
  app.notFound(() => failureResponse(new Refusal('not-found', 'The door has no such place.')));
  app.onError((error) => {
    if (isUnforeseen(error)) deps.log(`The door met an error: ${error.stack ?? error.message}`);
    return failureResponse(error);
  });
  return async (request) => app.fetch(request);
}

function stampVersions({ build }: DoorDeps): MiddlewareHandler {
  return async (c, next) => {
    await next();
    c.res.headers.set(BUILD_HEADER, build);
    c.res.headers.set(CONTRACT_HEADER, CONTRACT_VERSION);
    c.res.headers.set('Cache-Control', 'no-store');
    c.res.headers.set('X-Content-Type-Options', 'nosniff');
    // The transport widens this for images inside a mail, whose frame has an opaque origin.
    c.res.headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  };
}

function demandToken({ token }: DoorDeps): MiddlewareHandler {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return async (c, next) => {
    if (!timingSafeEqual(digest(c.req.header(TOKEN_HEADER) ?? ''), expected)) {
      throw new Refusal('no-token', 'The request does not carry the token of this launch.');
    }
    await next();
  };
}

/** What the page asks for by itself it asks with GET; all else, and an older part of a thread, an agent wanted. */
function noticeAgents(deps: DoorDeps): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method !== 'GET' || c.req.path === '/door/history') deps.attended();
    await next();
  };
}

function takeNothingWhileClosing(deps: DoorDeps): MiddlewareHandler {
  return async (c, next) => {
    if (deps.closing() && c.req.method !== 'GET') {
      throw new Refusal('closing', 'Holdfast is closing; start it again to go on.');
    }
    await next();
  };
}
