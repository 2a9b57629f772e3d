/** Mail in over HTTP. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { wholeBody } from '../api/body';
import { newRouter, type HelpdeskContext } from '../api/router';
import { inboundEmailRoute } from '../api/routes';
import { DeskError } from '../desk/desk-error';
import { acceptMail } from './accept-mail';

/** Room for a 25 MB attachment in base64. */
export const MAX_MAIL_BYTES = 36 * 1024 * 1024;

export function inboundRoutes({ desk, mail }: HelpdeskContext): OpenAPIHono {
  const router = newRouter();
  router.openapi(inboundEmailRoute, async (c) => {
    const raw = await wholeBody(c, 'mail', MAX_MAIL_BYTES);
    const taken = await acceptMail(desk, mail, raw, desk.store.now());
    if (taken.result === 'refused') throw new DeskError(422, 'not_mail', taken.problem);
    if (taken.result === 'own')
      return c.json({ result: 'own' as const, conversation_id: null, message_id: null }, 200);
    const body = { conversation_id: taken.conversationId, message_id: taken.messageId };
    if (taken.result === 'duplicate') return c.json({ result: 'duplicate' as const, ...body }, 200);
    return c.json({ result: 'accepted' as const, ...body }, 201);
  });
  return router;
}
