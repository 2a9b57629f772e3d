/** One conversation: read, change, answer, merge, delete. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { addMessage, deleteConversation, mergeConversation, patchConversation } from '../desk/agent-commands';
import { DeskError } from '../desk/desk-error';
import { requestKey } from '../desk/idempotency';
import { newRouter, type HelpdeskContext } from './router';
import * as routes from './routes';
import { wireConversation, wireMessage } from './wire';

/** Who writes, named by a caller whose token several people use. */
function authorOf(desk: HelpdeskContext['desk'], id: string): ReturnType<typeof desk.agent> {
  try {
    return desk.agent(id);
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    throw new DeskError(422, 'unknown_agent', `There is no agent ${id}.`, { author_id: 'unknown' });
  }
}

export function conversationRoutes({ desk, mail, me }: HelpdeskContext): OpenAPIHono {
  const router = newRouter();
  const { store } = desk;

  router.openapi(routes.conversationRoute, async (c) => {
    await store.settled();
    const conversation = desk.conversation(c.req.valid('param').id);
    const etag = `"${conversation.rev}"`;
    const known = (c.req.valid('header')['if-none-match'] ?? '').split(',').map((tag) => tag.trim());
    if (known.includes(etag) || known.includes(`W/${etag}`)) return c.body(null, 304, { etag });
    return c.json(wireConversation(desk, conversation), 200, { etag });
  });

  router.openapi(routes.patchRoute, async (c) => {
    const { id } = c.req.valid('param');
    const headers = c.req.valid('header');
    const body = c.req.valid('json');
    const conversation = await patchConversation(
      desk,
      id,
      {
        status: body.status,
        priority: body.priority,
        assigneeId: body.assignee_id,
        addTags: body.add_tags,
        removeTags: body.remove_tags,
      },
      requestKey(headers['idempotency-key'], 'PATCH', id, body),
      headers['if-match'] ?? null,
    );
    return c.json(wireConversation(desk, conversation), 200, { etag: `"${conversation.rev}"` });
  });

  router.openapi(routes.newMessageRoute, async (c) => {
    const { id } = c.req.valid('param');
    const headers = c.req.valid('header');
    const body = c.req.valid('json');
    const made = await addMessage(
      desk,
      mail,
      body.author_id === undefined ? me : authorOf(desk, body.author_id),
      id,
      {
        kind: body.kind,
        text: body.text,
        uploadIds: body.upload_ids,
        clientRef: body.client_ref,
        statusAfter: body.status_after,
        via: body.via ?? null,
      },
      requestKey(headers['idempotency-key'], 'POST', id, body),
      headers['if-match'] ?? null,
    );
    return c.json(
      {
        message: await wireMessage(desk, made.message),
        conversation: wireConversation(desk, made.conversation),
      },
      201,
    );
  });

  router.openapi(routes.historyRoute, async (c) => {
    await store.settled();
    const { before, limit } = c.req.valid('query');
    const thread = desk.thread(desk.conversation(c.req.valid('param').id).id);
    const end = before === undefined ? thread.length : thread.findIndex(({ id }) => id === before);
    if (end < 0) {
      throw new DeskError(
        400,
        'bad_cursor',
        'This place is not in the conversation. Begin again without "before".',
      );
    }
    const page = thread.slice(Math.max(0, end - limit), end);
    const items = await Promise.all(page.map((message) => wireMessage(desk, message)));
    return c.json({ items, before: end > limit ? (page[0]?.id ?? null) : null }, 200);
  });

  router.openapi(routes.mergeRoute, async (c) => {
    const conversation = await mergeConversation(desk, c.req.valid('param').id, c.req.valid('json').into);
    return c.json({ conversation: wireConversation(desk, conversation) }, 200);
  });

  router.openapi(routes.deleteRoute, async (c) => {
    await deleteConversation(desk, c.req.valid('param').id);
    return c.body(null, 204);
  });

  router.openapi(routes.operationRoute, async (c) => {
    await store.settled();
    const made = store.operation(c.req.valid('param').ref);
    const serverId = made?.messageId ?? made?.conversation?.id ?? made?.uploadId;
    if (!made || !serverId) {
      throw new DeskError(404, 'not_found', 'Nothing was made under this reference.');
    }
    const conversation = made.conversation && wireConversation(desk, made.conversation);
    return c.json({ server_id: serverId, conversation }, 200);
  });
  return router;
}
