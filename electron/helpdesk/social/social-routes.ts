/** Public posts and direct messages in, answers out. */
import type { OpenAPIHono, z } from '@hono/zod-openapi';
import type { outgoingSocialSchema } from '../api/schemas';
import { newRouter, type HelpdeskContext } from '../api/router';
import { inboundSocialRoute, outgoingSocialRoute } from '../api/routes';
import { wireAttachment } from '../api/wire';
import type { Desk } from '../desk/desk';
import type { StoredMessage } from '../store/model';

export function socialRoutes({ desk, cursors }: HelpdeskContext): OpenAPIHono {
  const router = newRouter();
  const { store } = desk;

  router.openapi(inboundSocialRoute, async (c) => {
    const post = c.req.valid('json');
    const externalKey = `${post.network} ${post.external_id}`;
    const knownId = store.state.externalKeys.get(externalKey);
    if (knownId !== undefined) {
      await store.settled();
      const conversationId = store.state.messages.get(knownId)?.conversationId ?? null;
      return c.json(
        { result: 'duplicate' as const, conversation_id: conversationId, message_id: knownId },
        200,
      );
    }
    const handle = `${post.network}:${post.author.handle.replace(/^@/u, '')}`;
    const { conversation, message } = await desk.receive({
      channel: 'social',
      conversationId: threadOf(desk, post, handle),
      person: { name: post.author.name || post.author.handle, email: null, phone: null, handle },
      subject: null,
      body: { type: 'text', content: post.text },
      text: post.text,
      attachments: [],
      email: null,
      social: { network: post.network, visibility: post.visibility, permalink: post.permalink },
      externalKey,
      clientRef: null,
      automatic: false,
      tags: [],
      at: store.now(),
    });
    return c.json(
      { result: 'accepted' as const, conversation_id: conversation.id, message_id: message.id },
      201,
    );
  });

  router.openapi(outgoingSocialRoute, async (c) => {
    await store.settled();
    const { cursor, limit } = c.req.valid('query');
    const replies = store.state.socialReplies;
    const from = cursors.read('outgoing-social', cursor, replies.length);
    const page = replies.slice(from, from + limit);
    const items = await Promise.all(
      page.flatMap((id) => {
        const message = store.state.messages.get(id);
        return message ? [outgoingAnswer(desk, message)] : [];
      }),
    );
    const end = from + page.length;
    return c.json(
      { items, next_cursor: cursors.write('outgoing-social', end), has_more: end < replies.length },
      200,
    );
  });
  return router;
}

/** The thread of the post that is answered; a direct message goes on with its author's last thread. */
function threadOf(
  desk: Desk,
  post: { network: string; visibility: string; in_reply_to?: string | null | undefined },
  handle: string,
): string | null {
  const { state } = desk.store;
  if (post.in_reply_to) {
    const answered = state.messages.get(
      state.externalKeys.get(`${post.network} ${post.in_reply_to}`) ?? post.in_reply_to,
    );
    if (answered) return answered.conversationId;
  }
  if (post.visibility !== 'direct') return null;
  return state.directThreads.get(handle) ?? null;
}

async function outgoingAnswer(
  desk: Desk,
  message: StoredMessage,
): Promise<z.infer<typeof outgoingSocialSchema>> {
  const { state } = desk.store;
  const social = state.conversations.get(message.conversationId)?.social ?? null;
  return {
    id: message.id,
    conversation_id: message.conversationId,
    network: social?.network ?? '',
    visibility: social?.visibility ?? 'direct',
    permalink: social?.permalink ?? null,
    in_reply_to: answeredPost(desk, message),
    text: await desk.bodyContent(message.body),
    attachments: message.attachments.map(wireAttachment),
    author: message.author.name,
    created_at: new Date(message.createdAt).toISOString(),
  };
}

/** The network's id of the newest post before the answer. */
function answeredPost(desk: Desk, reply: StoredMessage): string | null {
  const thread = desk.thread(reply.conversationId);
  const before = thread.slice(
    0,
    thread.findIndex(({ id }) => id === reply.id),
  );
  const key = before.reverse().find(({ externalKey }) => externalKey !== null)?.externalKey ?? null;
  return key === null ? null : key.slice(key.indexOf(' ') + 1);
}
