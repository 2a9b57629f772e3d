import type { Context } from 'hono';
import { z } from 'zod';
import { Refusal } from './failures';

/** Longest JSON body the door reads: a long reply with a long quotation is under 1 MB. */
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** The JSON body of a request, checked. */
export async function bodyOf<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  const bytes = await bytesOf(c, MAX_JSON_BYTES);
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new Refusal('bad-request', 'The body is not JSON.');
  }
  return schema.parse(body);
}

/** The raw body of a request, refused as soon as it is longer than allowed. */
export async function bytesOf(c: Context, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = new Refusal('too-large', `The body is larger than ${maxBytes} bytes.`);
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw tooLarge;
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of c.req.raw.body ?? []) {
      size += part.length;
      if (size > maxBytes) throw tooLarge;
      parts.push(part);
    }
  } catch (error) {
    // A page that went away in the middle is nothing for the log.
    throw error === tooLarge ? error : new Refusal('bad-request', 'The body ended early.');
  }
  return Buffer.concat(parts);
}

/** The query of a request, checked. Numbers come as text: use `z.coerce`. */
export function queryOf<S extends z.ZodType>(c: Context, schema: S): z.output<S> {
  return schema.parse(c.req.query());
}

/** An id as it stands in a path or query. */
export const idInUrl = z.string().min(1).max(500);
