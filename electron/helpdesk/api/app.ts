/** The HTTP application: guards, routes, errors. A WHATWG fetch handler, so tests need no socket. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { chatRoutes } from '../chat/chat-routes';
import { DeskError } from '../desk/desk-error';
import { inboundRoutes } from '../mail/inbound-routes';
import { socialRoutes } from '../social/social-routes';
import { StorageFailure } from '../store/errors';
import { conversationRoutes } from './conversation-routes';
import { eventRoutes } from './event-routes';
import { feedRoutes } from './feed-routes';
import { fileRoutes } from './file-routes';
import { bearer, localOnly } from './guard';
import { errorBody, newRouter, type HelpdeskContext } from './router';
import { healthRoute } from './routes';

/** Builds the application. */
export function createApp(context: HelpdeskContext): OpenAPIHono {
  const app = newRouter();
  app.use(localOnly);
  app.use('/api/*', bearer(context.token));
  app.use('/inbound/*', bearer(context.token));
  app.use('/outgoing/*', bearer(context.token));
  app.use(async (c, next) => {
    await next();
    c.res.headers.set('x-content-type-options', 'nosniff');
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
  app.openapi(healthRoute, (c) => c.json({ ok: true as const, revision: context.desk.store.revision }, 200));
  app.route('/', feedRoutes(context));
  app.route('/', conversationRoutes(context));
  app.route('/', fileRoutes(context));
  app.route('/', eventRoutes(context));
  app.route('/', inboundRoutes(context));
  app.route('/', socialRoutes(context));
  app.route('/', chatRoutes(context));
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast embedded helpdesk',
      version: '1',
      description: 'A small real helpdesk on this machine: mail, chat and social messages over REST.',
    },
  });
  app.notFound((c) =>
    c.json(
      errorBody(new DeskError(404, 'not_found', `There is nothing at ${c.req.method} ${c.req.path}.`)),
      404,
    ),
  );
  app.onError((error, c) => {
    const failure = asDeskError(error);
    if (failure === null) {
      context.report(error);
      return c.json(
        {
          error: {
            code: 'internal',
            message: 'Something in the helpdesk went wrong; it goes on. Try again.',
          },
        },
        500,
      );
    }
    const headers =
      failure.retryAfterSeconds === null ? {} : { 'retry-after': String(failure.retryAfterSeconds) };
    return c.json(errorBody(failure), failure.status, headers);
  });
  return app;
}

/** The failure to answer with, or `null` for one that nobody foresaw. */
function asDeskError(error: unknown): DeskError | null {
  if (error instanceof DeskError) return error;
  if (error instanceof StorageFailure) return new DeskError(503, 'storage_failed', error.message);
  if (error instanceof HTTPException && error.status === 400) {
    return new DeskError(400, 'not_json', 'The body is not the JSON this address takes. Send JSON as UTF-8.');
  }
  return null;
}
