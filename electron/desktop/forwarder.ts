/**
 * Answers the app's scheme by asking the host over its Unix socket or named pipe, streaming both ways.
 * The main process does no work of its own here: it must never block.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PAGE_ORIGIN } from './scheme';

/** Only these hosts of the scheme exist. */
const HOSTS = new Set(['console', 'mail']);
/** Between two hops only, or set here. */
const HOP_BY_HOP = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const NO_BODY_STATUSES = new Set([101, 204, 205, 304]);
const BUFFER_BYTES = 64 * 1024;

export type Forward = (request: Request) => Promise<Response>;

/**
 * Makes the handler for `protocol.handle`. It never rejects: Electron would show ERR_UNEXPECTED; a host
 * that cannot be reached is a 503 of the door's shape.
 */
export function createForwarder(socketPath: string): Forward {
  return async (request) => {
    const url = new URL(request.url);
    if (!HOSTS.has(url.host)) return refusal(404, 'not-found', 'There is no such place in the app.');
    try {
      return answerOf(await ask(socketPath, request, url));
    } catch {
      return refusal(503, 'closing', 'The host is starting again.');
    }
  };
}

function ask(socketPath: string, request: Request, url: URL): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest({
      socketPath,
      agent: false,
      method: request.method,
      path: `${url.pathname === '' ? '/' : url.pathname}${url.search}`,
      headers: { ...headersFor(request), Host: url.host },
    });
    asking.once('response', resolve);
    asking.once('error', reject);
    // Electron's requests have no signal; a browser's have.
    request.signal?.addEventListener('abort', () => asking.destroy(), { once: true });
    if (request.body === null) {
      asking.end();
      return;
    }
    // A host that refuses before reading all breaks the pipe; its answer, or the error above, counts.
    pipeline(Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]), asking).catch(
      () => {},
    );
  });
}

function headersFor(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    if (!HOP_BY_HOP.has(name)) headers[name] = value;
  });
  // Electron drops `Origin: null`; should another version pass it on, it is not the page's.
  if (headers['origin'] !== undefined && headers['origin'] !== PAGE_ORIGIN) headers['origin'] = 'null';
  const length = request.headers.get('content-length');
  if (request.body !== null && length !== null) headers['content-length'] = length;
  return headers;
}

function answerOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 502;
  const bodiless = NO_BODY_STATUSES.has(status);
  if (bodiless) incoming.resume();
  return new Response(bodiless ? null : bodyOf(incoming), {
    status,
    headers: passedOn(incoming.headers),
  });
}

function passedOn(headers: IncomingHttpHeaders): Headers {
  const passed = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // The length stays: without it Electron sends the body through a slow 64 KB pipe.
    if (value === undefined || (HOP_BY_HOP.has(name) && name !== 'content-length')) continue;
    for (const one of [value].flat()) passed.append(name, one);
  }
  return passed;
}

/** The answer's bytes with back-pressure; cancelling (the page went away) ends the request to the host. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let open = true;
  const once = (action: () => void): void => {
    if (!open) return;
    open = false;
    action();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        incoming.on('data', (chunk: Buffer) => {
          if (!open) return;
          controller.enqueue(new Uint8Array(chunk));
          if ((controller.desiredSize ?? 0) <= 0) incoming.pause();
        });
        incoming.on('end', () => once(() => controller.close()));
        incoming.on('error', (error) => once(() => controller.error(error)));
        incoming.on('close', () => once(() => controller.error(new Error('The host closed the answer.'))));
        incoming.pause();
      },
      pull() {
        incoming.resume();
      },
      cancel() {
        open = false;
        incoming.destroy();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
  );
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status, headers: { 'Cache-Control': 'no-store' } });
}
