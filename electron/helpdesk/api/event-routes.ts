/** The live hint: a frame whenever something changed. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { newRouter, type HelpdeskContext } from './router';
import { eventStream } from './event-stream';
import * as routes from './routes';

export function eventRoutes({ desk }: HelpdeskContext): OpenAPIHono {
  const router = newRouter();
  router.openapi(routes.eventsRoute, () =>
    eventStream((send) => {
      send(JSON.stringify({ revision: desk.store.revision }));
      return desk.store.onRecord((revision) => send(JSON.stringify({ revision })));
    }),
  );
  return router;
}
