/** Request bodies that are bytes, with a limit that is told in a sentence. */
import type { Context } from 'hono';
import { DeskError } from '../desk/desk-error';

const MEGABYTE = 1024 * 1024;
/** How far beyond the limit a body is still read, so that the sender sees the answer. */
const PATIENCE = 8;

/** The body as chunks. After the limit it is read on, to be thrown away, up to a point. */
export async function* bodyChunks(c: Context, limit: number): AsyncGenerator<Uint8Array> {
  const body = c.req.raw.body;
  if (!body) return;
  const reader = body.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.byteLength;
      if (size > limit * PATIENCE) throw tooLarge('request', limit);
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

/** The whole body. @throws DeskError 413 */
export async function wholeBody(c: Context, what: string, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bodyChunks(c, limit)) {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > limit) throw tooLarge(what, limit);
  return Buffer.concat(chunks);
}

/** The refusal of something too large, with the limit in words. */
export function tooLarge(what: string, limit: number): DeskError {
  return new DeskError(
    413,
    'too_large',
    `The ${what} is larger than ${Math.floor(limit / MEGABYTE)} MB, which is the most this helpdesk takes. Send a smaller one or a link.`,
  );
}
