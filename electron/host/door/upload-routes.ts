import { UPLOAD_CHUNK_BYTES } from '@shared/contract/door';
import { Hono } from 'hono';
import { z } from 'zod';
import type { DoorDeps } from './deps';
import { tooLarge } from './intent-routes';
import { bytesOf, queryOf } from './requests';

const uploadId = z.uuid();
const chunkQuery = z.object({
  offset: z.coerce.number().int().min(0),
  total: z.coerce.number().int().min(0),
  name: z.string().min(1).max(255),
  type: z.string().max(255).default(''),
});
/** When no account says how much it takes. */
const DEFAULT_MAX_BYTES = 25 * 1024 * 1024;

/** Files the agent adds, in chunks that may be repeated. */
export function uploadRoutes(deps: DoorDeps): Hono {
  const app = new Hono();
  app.put('/uploads/:id', async (c) => {
    const id = uploadId.parse(c.req.param('id'));
    const { offset, total, name, type } = queryOf(c, chunkQuery);
    const most = mostBytes(deps);
    if (total > most) throw tooLarge(most);
    const bytes = await bytesOf(c, UPLOAD_CHUNK_BYTES);
    const mediaType = type === '' ? 'application/octet-stream' : type;
    return c.json(await deps.uploads.take({ uploadId: id, offset, total, name, mediaType }, bytes));
  });
  app.get('/uploads/:id', async (c) =>
    c.json(await deps.uploads.progress(uploadId.parse(c.req.param('id')))),
  );
  return app;
}

function mostBytes(deps: DoorDeps): number {
  const limits = deps.accounts().map((one) => one.account().supports.maxAttachmentBytes);
  return limits.length === 0 ? DEFAULT_MAX_BYTES : Math.max(...limits);
}
