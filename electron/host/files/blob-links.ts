/**
 * Links that carry their own right: signed, for 60 s, good for one GET. They let the page show or
 * save a file without the token ever standing in a URL.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export const LINK_LIFE_MS = 60_000;

const targetSchema = z.object({
  source: z.union([
    z.object({ accountId: z.string(), attachmentId: z.string() }),
    z.object({ hash: z.string() }),
  ]),
  download: z.boolean(),
  name: z.string(),
});
/** What a link gives. */
export type LinkTarget = z.infer<typeof targetSchema>;

const ticketSchema = z.object({ nonce: z.string(), until: z.number(), target: targetSchema });

export interface BlobLinks {
  /** A path under /blob for one GET. */
  make(target: LinkTarget): string;
  /** What a path's `ticket` and `signature` give; `null` when forged, used or too old. */
  redeem(ticket: string, signature: string): LinkTarget | null;
}

/** @param now ms of a clock that does not jump */
export function createBlobLinks(now: () => number): BlobLinks {
  const secret = randomBytes(32);
  const used = new Map<string, number>();
  const sign = (ticket: string): string => createHmac('sha256', secret).update(ticket).digest('base64url');

  return {
    make(target) {
      const body = { nonce: randomBytes(12).toString('base64url'), until: now() + LINK_LIFE_MS, target };
      const ticket = Buffer.from(JSON.stringify(body)).toString('base64url');
      return `/blob/file?${new URLSearchParams({ ticket, signature: sign(ticket) }).toString()}`;
    },
    redeem(ticket, signature) {
      const expected = Buffer.from(sign(ticket));
      const given = Buffer.from(signature);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      const { nonce, until, target } = ticketSchema.parse(
        JSON.parse(Buffer.from(ticket, 'base64url').toString('utf8')),
      );
      for (const [old, expiry] of used) if (expiry < now()) used.delete(old);
      if (until < now() || used.has(nonce)) return null;
      used.set(nonce, until);
      return target;
    },
  };
}
