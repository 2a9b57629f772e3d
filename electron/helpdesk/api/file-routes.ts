/** Files up and down. */
import { Readable } from 'node:stream';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Desk } from '../desk/desk';
import { DeskError } from '../desk/desk-error';
import { madeBefore, requestKey } from '../desk/idempotency';
import { TooLargeError } from '../store/blobs';
import type { StoredFile } from '../store/model';
import { newRouter, type HelpdeskContext } from './router';
import { bodyChunks, tooLarge } from './body';
import * as routes from './routes';

/** The largest single attachment in bytes. */
export const MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024;

export function fileRoutes({ desk }: HelpdeskContext): OpenAPIHono {
  const router = newRouter();
  const { store } = desk;

  router.openapi(routes.uploadRoute, async (c) => {
    const { name, type } = c.req.valid('query');
    const kept = await desk.blobs
      .put(bodyChunks(c, MAX_ATTACHMENT_BYTES), MAX_ATTACHMENT_BYTES)
      .catch((error: unknown) => {
        throw error instanceof TooLargeError ? tooLarge('file', error.limit) : error;
      });
    const key = requestKey(c.req.valid('header')['idempotency-key'], 'POST', 'uploads', {
      name,
      type,
      ...kept,
    });
    const made = madeBefore(store, key);
    if (made?.uploadId) {
      await store.settled();
      return c.json({ id: made.uploadId, size: kept.size }, 201);
    }
    const file: StoredFile = { id: store.nextId('f'), name, mediaType: type, contentId: null, ...kept };
    await store.commit({
      v: 1,
      uploads: [file],
      operation: { ...key, at: store.now(), conversation: null, messageId: null, uploadId: file.id },
    });
    return c.json({ id: file.id, size: file.size }, 201);
  });

  router.openapi(routes.attachmentRoute, (c) => fileAnswer(desk, c.req.valid('param').id));
  return router;
}

/**
 * The bytes of an attachment as an answer that no browser opens as a page.
 * @throws DeskError 404 when it is unknown or its bytes are missing
 */
export async function fileAnswer(desk: Desk, id: string): Promise<Response> {
  const file = desk.store.state.files.get(id);
  const bytes = file && (await desk.blobs.stream(file.hash));
  if (!file || !bytes) throw new DeskError(404, 'not_found', `There is no attachment ${id}.`);
  return new Response(Readable.toWeb(Readable.from(bytes)) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': /^[\w.+-]+\/[\w.+-]+$/u.test(file.mediaType)
        ? file.mediaType
        : 'application/octet-stream',
      'content-length': String(file.size),
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/gu, '_')}`,
      'content-security-policy': "default-src 'none'; sandbox",
    },
  });
}
