/** Serves the built page from its folder, with the console's security headers. */
import { randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { COMMON_HEADERS, pageCsp } from './security-headers';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wasm': 'application/wasm',
};

/** Names without a leading dot and without escapes: no path can leave the folder. */
const SERVABLE = /^\/(?:[A-Za-z0-9_][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
/** Vite names these by their content. */
const HASHED = /^\/assets\/.*-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;

/** The page's document, with a fresh nonce for injected styles in `<meta name="csp-nonce">`. */
export async function pageDocument(pageFolder: string, mailOrigin: string): Promise<Response> {
  const html = await readWhole(join(pageFolder, 'index.html'));
  if (html === null) {
    return plain(503, 'The page of the console is missing. Run `npm run build`, then start again.');
  }
  const nonce = randomBytes(18).toString('base64');
  const meta = `<meta name="csp-nonce" content="${nonce}">`;
  const known = /<meta\s+name="csp-nonce"[^>]*>/i;
  const text = known.test(html) ? html.replace(known, meta) : html.replace(/<head[^>]*>/i, `$&${meta}`);
  return new Response(text, {
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': pageCsp(nonce, mailOrigin),
      'Cross-Origin-Resource-Policy': 'same-origin',
      'X-Frame-Options': 'DENY',
      'Cache-Control': 'no-store',
    },
  });
}

/** A file beside the document: script, style, font, picture. */
export async function pageFile(pageFolder: string, path: string): Promise<Response> {
  const type = MEDIA_TYPES[extname(path).toLowerCase()];
  const file = type !== undefined && SERVABLE.test(path) ? await openFile(join(pageFolder, path)) : null;
  if (file === null || type === undefined) return plain(404, 'There is no such file in the page.');
  const body = Readable.toWeb(file.handle.createReadStream()) as ReadableStream<Uint8Array>;
  return new Response(body, {
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': type,
      'Content-Length': String(file.size),
      'Content-Security-Policy':
        "default-src 'none'; frame-ancestors 'none'; script-src 'self'; connect-src 'self'",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  });
}

/** A short answer for people. */
export function plain(status: number, sentence: string): Response {
  return new Response(`${sentence}\n`, {
    status,
    headers: { ...COMMON_HEADERS, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

async function openFile(path: string): Promise<{ handle: FileHandle; size: number } | null> {
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return null;
  const stat = await handle.stat();
  if (stat.isFile()) return { handle, size: stat.size };
  await handle.close();
  return null;
}

async function readWhole(path: string): Promise<string | null> {
  const file = await openFile(path);
  if (file === null) return null;
  try {
    return await file.handle.readFile('utf8');
  } finally {
    await file.handle.close();
  }
}
