import { draftContentSchema } from '@shared/contract/door';
import { Hono } from 'hono';
import type { DoorDeps } from './deps';
import { bodyOf, idInUrl } from './requests';

/** What agents are typing; answered only once it is durable. */
export function draftRoutes(deps: DoorDeps): Hono {
  const app = new Hono();
  app.get('/drafts', (c) => c.json(deps.drafts.list()));
  app.put('/drafts/:account/:conversation', async (c) => {
    const content = await bodyOf(c, draftContentSchema);
    const accountId = idInUrl.parse(c.req.param('account'));
    const conversationId = idInUrl.parse(c.req.param('conversation'));
    const draft = await deps.drafts.save({ ...content, accountId, conversationId });
    deps.events.publish({ type: 'draft', draft });
    return c.json(draft);
  });
  return app;
}
