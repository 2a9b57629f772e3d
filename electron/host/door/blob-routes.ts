/** Bytes of attachments and added files, by one-time links. */
import { Readable } from 'node:stream';
import { linkRequestSchema, type Links } from '@shared/contract/door';
import { Hono } from 'hono';
import type { LinkTarget } from '../files/blob-links';
import type { DoorDeps } from './deps';
import { Refusal } from './failures';
import { bodyOf } from './requests';
import { shownType } from './shown-type';

const DOWNLOAD_LIMIT_MS = 120_000;
const HEAD_BYTES = 32;

export function blobRoutes(deps: DoorDeps): Hono {
  const app = new Hono();
  app.post('/door/links', async (c) => {
    const wanted = await bodyOf(c, linkRequestSchema);
    const links: Links = wanted.map(({ download, name = '', ...rest }) => {
      const source =
        'hash' in rest ? { hash: rest.hash } : { accountId: rest.accountId, attachmentId: rest.attachmentId };
      return { url: deps.links.make({ source, download, name }) };
    });
    return c.json(links);
  });
  app.get('/blob/file', async (c) => {
    const target = deps.links.redeem(c.req.query('ticket') ?? '', c.req.query('signature') ?? '');
    if (target === null) throw new Refusal('not-found', 'The link was used, is too old, or was never given.');
    const hash = await hashOf(deps, target, c.req.raw.signal);
    const open = hash === null ? null : await deps.files.open(hash);
    const size = hash === null ? null : await deps.files.sizeOf(hash);
    if (open === null || size === null) throw new Refusal('not-found', 'The file is no longer here.');
    return new Response(bodyFrom(open()), { headers: headersOf(target, size, await headOf(open())) });
  });
  return app;
}

async function hashOf(deps: DoorDeps, { source }: LinkTarget, gone: AbortSignal): Promise<string | null> {
  if ('hash' in source) return source.hash;
  const signal = AbortSignal.any([gone, AbortSignal.timeout(DOWNLOAD_LIMIT_MS)]);
  return deps.attachments.fetch(source.accountId, source.attachmentId, signal);
}

function headersOf(target: LinkTarget, size: number, head: Uint8Array): Record<string, string> {
  const type = shownType(head);
  const asFile = target.download || type === null;
  const name = target.name === '' ? 'attachment' : target.name;
  return {
    'Content-Type': type ?? 'application/octet-stream',
    'Content-Length': String(size),
    'Content-Disposition': `${asFile ? 'attachment' : 'inline'}; filename*=UTF-8''${encodeRfc5987(name)}`,
  };
}

function encodeRfc5987(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
}

function bodyFrom(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return Readable.toWeb(
    bytes instanceof Readable ? bytes : Readable.from(bytes),
  ) as ReadableStream<Uint8Array>;
}

async function headOf(bytes: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const chunk of bytes) return chunk.subarray(0, HEAD_BYTES);
  return new Uint8Array(0);
}
