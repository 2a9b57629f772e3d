/** Who am I, and what changed. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { helpdeskIdOf } from '../mail/identity';
import { newRouter, type HelpdeskContext } from './router';
import { feedPage, idPage, rowsById } from './feeds';
import * as routes from './routes';
import { wireAgent, wireSavedReply } from './wire';

export function feedRoutes({ desk, cursors, mail, me }: HelpdeskContext): OpenAPIHono {
  const router = newRouter();
  router.openapi(routes.meRoute, (c) => c.json({ ...wireAgent(me), helpdesk_id: helpdeskIdOf(mail) }, 200));
  router.openapi(routes.agentsRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    return c.json(await feedPage(desk, cursors, 'agents', cursor, limit), 200);
  });
  router.openapi(routes.contactsRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    return c.json(await feedPage(desk, cursors, 'contacts', cursor, limit), 200);
  });
  router.openapi(routes.conversationsRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    return c.json(await feedPage(desk, cursors, 'conversations', cursor, limit), 200);
  });
  router.openapi(routes.messagesRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    return c.json(await feedPage(desk, cursors, 'messages', cursor, limit), 200);
  });
  router.openapi(routes.savedRepliesRoute, async (c) => {
    const { cursor, limit } = c.req.valid('query');
    return c.json(await feedPage(desk, cursors, 'saved-replies', cursor, limit), 200);
  });
  router.openapi(routes.newSavedReplyRoute, async (c) => {
    return c.json(wireSavedReply(await desk.keepSavedReply(c.req.valid('json'))), 201);
  });
  router.openapi(routes.idsRoute, (c) => {
    const { cursor, limit } = c.req.valid('query');
    return c.json(idPage(desk, cursors, c.req.valid('param').feed, cursor, limit), 200);
  });
  router.openapi(routes.rowsRoute, async (c) => {
    const items = await rowsById(desk, c.req.valid('param').feed, c.req.valid('query').ids);
    return c.json({ items }, 200);
  });
  return router;
}
