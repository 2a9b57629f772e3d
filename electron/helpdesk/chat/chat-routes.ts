/** The chat page and what it talks to. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { eventStream } from '../api/event-stream';
import { fileAnswer } from '../api/file-routes';
import { newRouter, type HelpdeskContext } from '../api/router';
import type { Desk } from '../desk/desk';
import { DeskError } from '../desk/desk-error';
import type { StoredMessage, StoredVisitor } from '../store/model';
import client from './page/client.js?raw';
import page from './page/index.html?raw';
import style from './page/style.css?raw';
import words from './page/words.js?raw';
import { RateLimiter } from './rate-limit';
import * as routes from './schemas';
import { isShownTo, say, shownMessages, startSession, visitorOf } from './visitors';

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const MAX_STREAMS = 200;
const MAX_STREAMS_OF_ONE = 8;

export function chatRoutes({ desk }: HelpdeskContext): OpenAPIHono {
  const router = newRouter();
  const { store } = desk;
  const sessions = new RateLimiter({ burst: 30, perSecond: 1 }, store.now);
  const messages = new RateLimiter({ burst: 20, perSecond: 1 }, store.now);
  const reads = new RateLimiter({ burst: 60, perSecond: 5 }, store.now);
  const streams = new Map<string, number>();

  router.get('/', (c) => c.redirect('/chat'));
  router.openapi(routes.pageRoute, (c) =>
    c.html(page, 200, {
      'content-security-policy': PAGE_POLICY,
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    }),
  );
  router.openapi(routes.styleRoute, (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }));
  const script = { 'content-type': 'text/javascript; charset=utf-8' };
  router.openapi(routes.clientRoute, (c) => c.body(client, 200, script));
  router.openapi(routes.wordsRoute, (c) => c.body(words, 200, script));

  router.openapi(routes.sessionRoute, async (c) => {
    sessions.take('all');
    const { name } = c.req.valid('json');
    const { session } = await startSession(desk, name);
    return c.json({ session, name }, 201);
  });

  router.openapi(routes.chatHistoryRoute, async (c) => {
    const visitor = visitorOf(desk, c.req.valid('header')['x-chat-session']);
    reads.take(visitor.tokenHash);
    await store.settled();
    const items = await Promise.all(
      shownMessages(desk, visitor).map((message) => forVisitor(desk, visitor, message)),
    );
    return c.json({ name: visitor.name, items }, 200);
  });

  router.openapi(routes.sayRoute, async (c) => {
    const visitor = visitorOf(desk, c.req.valid('header')['x-chat-session']);
    messages.take(visitor.tokenHash);
    const { text, client_ref: clientRef } = c.req.valid('json');
    const message = await say(desk, visitor, text, clientRef);
    return c.json(await forVisitor(desk, visitor, message), 201);
  });

  router.openapi(routes.chatStreamRoute, (c) => {
    const session = c.req.valid('header')['x-chat-session'];
    const { tokenHash } = visitorOf(desk, session);
    reads.take(tokenHash);
    const open = streams.get(tokenHash) ?? 0;
    const all = [...streams.values()].reduce((sum, count) => sum + count, 0);
    if (open >= MAX_STREAMS_OF_ONE || all >= MAX_STREAMS) {
      throw new DeskError(429, 'too_many', 'This chat is open in too many windows. Close some.', null, 5);
    }
    streams.set(tokenHash, open + 1);
    return eventStream((send) => {
      const unsubscribe = store.onRecord((_revision, record) => {
        const visitor = store.state.visitors.get(tokenHash);
        if (!visitor) return;
        for (const message of record.messages ?? []) {
          if (!isShownTo(visitor, message)) continue;
          // A body that cannot be read now is fetched with the history when the page comes back.
          void forVisitor(desk, visitor, message).then(
            (shown) => send(JSON.stringify(shown)),
            () => undefined,
          );
        }
      });
      return () => {
        unsubscribe();
        const left = (streams.get(tokenHash) ?? 1) - 1;
        if (left > 0) streams.set(tokenHash, left);
        else streams.delete(tokenHash);
      };
    });
  });

  router.openapi(routes.chatFileRoute, async (c) => {
    const visitor = visitorOf(desk, c.req.valid('header')['x-chat-session']);
    reads.take(visitor.tokenHash);
    const { id } = c.req.valid('param');
    const seen = shownMessages(desk, visitor).some(({ attachments }) =>
      attachments.some((file) => file.id === id),
    );
    if (!seen) throw new DeskError(404, 'not_found', 'There is no such file in this chat.');
    return fileAnswer(desk, id);
  });
  return router;
}

async function forVisitor(
  desk: Desk,
  visitor: StoredVisitor,
  message: StoredMessage,
): Promise<routes.ChatMessage> {
  const mine = message.kind === 'inbound';
  return {
    id: message.id,
    mine,
    name: message.author.name,
    text: await desk.bodyContent(message.body),
    created_at: new Date(message.createdAt).toISOString(),
    client_ref: mine && message.author.id === visitor.contactId ? message.clientRef : null,
    attachments: message.attachments.map(({ id, name, mediaType, size }) => ({
      id,
      name,
      media_type: mediaType,
      size,
    })),
  };
}
